------------------------------- MODULE Models -------------------------------
(* Copyright 2026 The Carillon authors                                     *)
(* SPDX-License-Identifier: Apache-2.0                                     *)
(* Weights and names for the sizes that are checked.                       *)
EXTENDS Ring, TLC
CONSTANTS a, b, c
Three == {a, b, c}
Weights(x, y, z) == [n \in Three |-> IF n = a THEN x ELSE IF n = b THEN y ELSE z]
Equal == Weights(1, 1, 1)
Pair == Weights(1, 1, 0)
Heavy == Weights(3, 1, 1)
HeavyJoiner == Weights(1, 1, 3)
Uneven == Weights(2, 2, 3)
ToEqual == {Equal}
ToPair == {Pair}
ToHeavy == {Heavy}
ToHeavyJoiner == {HeavyJoiner}

(* Which rings are begun: all, or those of one story. *)
Whoever(r, m) == TRUE
OthersThanA(r, m) == m = {b, c}
OthersThanAThenAll(r, m) == m = IF r = 2 THEN {b, c} ELSE Three
WithAThenWithoutIt(r, m) == m = IF r = 2 THEN {a, b} ELSE {b, c}
OnlyC(r, m) == m = {c}
(* Twice without b, which knows the first configuration only; then a, which gave its log up, with b. *)
BackToWhoMissedIt(r, m) == m = IF r < 4 THEN {a, c} ELSE {a, b}
Symmetry == Permutations(Three)
=============================================================================
