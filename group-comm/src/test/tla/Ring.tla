-------------------------------- MODULE Ring --------------------------------
(***************************************************************************)
(* Copyright 2026 The Carillon authors                                     *)
(* SPDX-License-Identifier: Apache-2.0                                     *)
(*                                                                         *)
(* What is stable stays, across changes of ring: docs/ring.md, sections 3, *)
(* 4, 6 and 8, as a state machine of its own. Nothing here comes from the  *)
(* code; docs/proof.md says which method does what an action does.         *)
(*                                                                         *)
(* Messages are not modelled one by one. An acknowledgement, an order      *)
(* record and a horizon stay true of their ring for ever, so it is enough  *)
(* to keep the furthest one, and to let everybody hear of it at any time,  *)
(* or never. A member that is silent for ever is one that takes no step.   *)
(***************************************************************************)
EXTENDS Naturals, Sequences, FiniteSets

CONSTANTS
    Node,          \* members, each with one place in the configurations
    First,         \* weights of the first configuration
    Changed,       \* set of weights that an ordered change may bring: leave, promotion, weight
    MayBegin(_, _),\* whether ring r may be one of members m: to look where something is to be seen
    MaxRings,      \* rings begun, the first included
    MaxData,       \* entries that are offers
    MaxChanges,    \* ordered changes of configuration
    MaxCrashes,    \* restarts that keep what was logged
    MaxLosses,     \* restarts as a new incarnation, without memory
    MaxGiveUps,    \* logs given up for the group's
    Bug            \* the rule that is broken on purpose, or "none"

VARIABLES
    log,       \* of each member: entries [r: ring, k: kind, w: weights]
    logged,    \* how much of it is durable at the configured durability
    stable,    \* the index that it calls stable
    ring,      \* the ring promised last, 0 for none
    before,    \* the ring promised before that: what a lost promise falls back to
    in,        \* it has installed that ring
    anew,      \* it is a new incarnation, which no configuration names
    givenUp,   \* the ring in which it gave its log up, 0 for never
    rings,     \* [e: epoch, m: members, s: what they stated, gone: restarted since, d: decision]
    acked,     \* by ring and member: the furthest index acknowledged in it
    told,      \* by ring: the furthest index that a member of it called stable
    history,   \* everything that anybody ever called stable
    left       \* what may still happen: data, changes, crashes, losses, giveUps

vars == <<log, logged, stable, ring, before, in, anew, givenUp, rings, acked, told, history, left>>

-----------------------------------------------------------------------------
Max(S) == CHOOSE x \in S : \A y \in S : x >= y
Min2(a, b) == IF a < b THEN a ELSE b
Prefix(l, n) == SubSeq(l, 1, n)
IsPrefix(a, b) == Len(a) <= Len(b) /\ a = Prefix(b, Len(a))

RECURSIVE Sum(_, _)
Sum(w, S) == IF S = {} THEN 0 ELSE LET n == CHOOSE x \in S : TRUE IN w[n] + Sum(w, S \ {n})
Majority(w, S) == 2 * Sum(w, S) > Sum(w, Node)
Voters(w) == {n \in Node : w[n] > 0}
Restrict(w, S) == [n \in Node |-> IF n \in S THEN w[n] ELSE 0]

Epoch(r) == IF r = 0 THEN 0 ELSE rings[r].e
IsConfig(entry) == entry.k # "D"
Configs(l) == {i \in 1..Len(l) : IsConfig(l[i])}
ConfigAt(l, i) == l[Max({j \in Configs(l) : j <= i})].w       \* in force at i
LastEpoch(l) == IF l = <<>> THEN 0 ELSE Epoch(l[Len(l)].r)
ViewOf(l, r) == LET V == {i \in 1..Len(l) : l[i].k = "V" /\ l[i].r = r} IN IF V = {} THEN 0 ELSE Max(V)
NONE == [ok |-> FALSE, w |-> First, prev |-> {}, log |-> <<>>, winner |-> 0]

(* Section 4, RECOVERY: the greatest index at which both have an entry of one epoch: all that tables of epochs tell. *)
Common(a, b) ==
    LET Last(l, e) == Max({i \in 1..Len(l) : Epoch(l[i].r) = e} \cup {0})
        both == {Epoch(a[i].r) : i \in 1..Len(a)} \cap {Epoch(b[i].r) : i \in 1..Len(b)}
    IN IF both = {} THEN 0 ELSE Min2(Last(a, Max(both)), Last(b, Max(both)))

-----------------------------------------------------------------------------
(* Section 4, Decision. S: what the members of ring r stated, [l, stable, proves, anew] by member. *)
Newer(x, y) == x.e > y.e \/ (x.e = y.e /\ x.i > y.i)
ConfigsIn(s) == {[e |-> Epoch(s.l[i].r), i |-> i, w |-> s.l[i].w] : i \in Configs(s.l)}
StableIn(s) == IF s.stable = 0 THEN {} ELSE
    LET i == Max({j \in Configs(s.l) : j <= s.stable}) IN {[e |-> Epoch(s.l[i].r), i |-> i, w |-> s.l[i].w]}

RECURSIVE Known(_, _, _)
Known(S, base, found) ==
    LET P == {n \in DOMAIN S : S[n].proves /\ ~S[n].anew /\ \E c \in found : n \in Voters(c.w)}
        more == found \cup {c \in UNION {ConfigsIn(S[n]) : n \in P} : Newer(c, base)}
    IN IF more = found THEN found ELSE Known(S, base, more)

KnownTo(S) ==
    LET proving == {n \in DOMAIN S : S[n].proves}
        sure == UNION {StableIn(S[n]) : n \in proving}
    IN IF sure = {} THEN UNION {ConfigsIn(S[n]) : n \in proving}
       ELSE LET base == CHOOSE c \in sure : \A d \in sure : ~Newer(d, c) IN Known(S, base, {base})

Ahead(s, t) ==
    IF Bug = "LongestLogWins" THEN Len(s.l) > Len(t.l)
    ELSE LastEpoch(s.l) > LastEpoch(t.l) \/ (LastEpoch(s.l) = LastEpoch(t.l) /\ Len(s.l) > Len(t.l))

Decisions(S) ==
    LET known == {c.w : c \in KnownTo(S)}
        here == {n \in DOMAIN S : S[n].proves /\ ~S[n].anew}
        candidates == {n \in here : Bug = "LongestLogWins" \/ \E w \in known : w[n] > 0}
        majority == known # {} /\ (Bug = "MinorityIsPrimary" \/ \A w \in known : Majority(w, here))
        \* Section 8: everybody is back, as itself or by its name, and one at least with its memory.
        back == known # {} /\ \A w \in known : Voters(w) \subseteq DOMAIN S /\ Voters(w) \cap here # {}
    IN IF ~(majority \/ back) \/ candidates = {} THEN {NONE}
       ELSE LET best == {n \in candidates : \A m \in candidates : ~Ahead(S[m], S[n])} IN
            {LET l == S[n].l
                 w == Restrict(ConfigAt(l, Len(l)), here)
             IN IF Sum(w, Node) = 0 THEN NONE
                ELSE [ok |-> TRUE, w |-> w, log |-> l, winner |-> n,
                      prev |-> IF ~majority THEN {}
                               ELSE IF Bug = "OnlyTheConfigurationBefore" THEN {ConfigAt(l, Len(l))} ELSE known]
             : n \in best}

-----------------------------------------------------------------------------
(* Section 3, (a) to (d): i is stable in ring r by all acknowledgements there are, for who has log l. *)
AckedBy(r, i) == {n \in Node : acked[r][n] >= i}
Proven(l, r, i) ==
    LET v == ViewOf(l, r)
        steps == {c \in Configs(l) : v < c /\ c <= i}
    IN /\ v > 0 /\ i >= v
       /\ \/ Bug = "OrderedIsStable"
          \/ /\ Majority(l[v].w, AckedBy(r, v))
             /\ (Bug = "ViewInForceAtOnce" \/ \A w \in rings[r].d.prev : Majority(w, AckedBy(r, v)))
             /\ \A c \in steps : /\ (Bug = "NewConfigurationAlone" \/ Majority(ConfigAt(l, c - 1), AckedBy(r, c)))
                                 /\ (Bug = "OldConfigurationAlone" \/ Majority(l[c].w, AckedBy(r, c)))
             /\ Majority(IF Bug = "OldConfigurationAlone" THEN l[v].w ELSE ConfigAt(l, i), AckedBy(r, i))

Init ==
    LET view == <<[r |-> 1, k |-> "V", w |-> First]>> IN
    /\ log = [n \in Node |-> view]
    /\ logged = [n \in Node |-> 1]
    /\ stable = [n \in Node |-> 1]
    /\ ring = [n \in Node |-> 1]
    /\ before = [n \in Node |-> 1]
    /\ in = [n \in Node |-> TRUE]
    /\ anew = [n \in Node |-> FALSE]
    /\ givenUp = [n \in Node |-> 0]
    /\ rings = <<[e |-> 1, m |-> Node, s |-> <<>>, gone |-> {},
                  d |-> [ok |-> TRUE, w |-> First, prev |-> {}, log |-> <<>>, winner |-> CHOOSE n \in Node : First[n] > 0]]>>
    /\ acked = <<[n \in Node |-> 1]>>
    /\ told = <<1>>
    /\ history = view
    /\ left = [data |-> MaxData, changes |-> MaxChanges, crashes |-> MaxCrashes, losses |-> MaxLosses, giveUps |-> MaxGiveUps]

(* Durable at once where no crash is to be seen: then nobody can tell. *)
Durable(n, l) == IF MaxCrashes = 0 THEN Len(l) ELSE Min2(logged[n], Len(l))
Acknowledged(n, r, l, durable) ==
    LET i == IF Bug = "AcknowledgedBeforeLogged" THEN Len(l) ELSE durable IN
    IF ~anew[n] /\ ViewOf(l, r) > 0 /\ i >= ViewOf(l, r) THEN [acked EXCEPT ![r][n] = Max({@, i})] ELSE acked

Append1(n, r, entry) ==
    LET l == Append(log[n], entry) IN
    /\ log' = [log EXCEPT ![n] = l]
    /\ logged' = [logged EXCEPT ![n] = Durable(n, l)]
    /\ acked' = Acknowledged(n, r, l, Durable(n, l))
    /\ rings' = [rings EXCEPT ![r].d.log = IF Len(l) > Len(@) THEN l ELSE @]

(* Section 2: the holder numbers, once the VIEW of its epoch is stable; one configuration entry at a time. *)
Order(n) ==
    LET r == ring[n] IN
    /\ in[n] /\ rings[r].d.ok /\ rings[r].d.winner = n
    /\ stable[n] >= ViewOf(log[n], r)
    /\ \/ /\ left.data > 0
          /\ Append1(n, r, [r |-> r, k |-> "D", w |-> First])
          /\ left' = [left EXCEPT !.data = @ - 1]
       \/ /\ left.changes > 0
          /\ Max(Configs(log[n])) <= stable[n]
          /\ \E w \in Changed : Append1(n, r, [r |-> r, k |-> "C", w |-> w])
          /\ left' = [left EXCEPT !.changes = @ - 1]
    /\ UNCHANGED <<stable, ring, before, in, anew, givenUp, told, history>>

(* Order records, and PULL of what the winner's log holds. *)
Replicate(n) ==
    LET r == ring[n] IN
    /\ in[n] /\ Len(log[n]) < Len(rings[r].d.log)
    /\ Append1(n, r, rings[r].d.log[Len(log[n]) + 1])
    /\ UNCHANGED <<stable, ring, before, in, anew, givenUp, told, history, left>>

MakeDurable(n) ==
    LET r == ring[n] IN
    /\ logged[n] < Len(log[n])
    /\ logged' = [logged EXCEPT ![n] = Len(log[n])]
    /\ acked' = IF in[n] THEN Acknowledged(n, r, log[n], Len(log[n])) ELSE acked
    /\ UNCHANGED <<log, stable, ring, before, in, anew, givenUp, rings, told, history, left>>

Call(n, i) ==
    LET r == ring[n] l == Prefix(log[n], i) IN
    /\ stable' = [stable EXCEPT ![n] = i]
    /\ told' = [told EXCEPT ![r] = Max({@, i})]
    /\ history' = IF Len(l) > Len(history) THEN l ELSE history
    /\ UNCHANGED <<log, logged, ring, before, in, anew, givenUp, rings, acked, left>>

(* By acknowledgements; to know a little less decides nothing differently between two configurations. *)
Claim(n) ==
    LET r == ring[n] l == log[n]
        P == {i \in (stable[n] + 1)..Len(l) : Proven(l, r, i)}
    IN /\ in[n] /\ P # {}
       /\ \E i \in P : (i = Max(P) \/ IsConfig(l[i])) /\ Call(n, i)

(* By the word of another member of the ring. *)
Hear(n) ==
    /\ in[n] /\ Min2(told[ring[n]], Len(log[n])) > stable[n]
    /\ Call(n, Min2(told[ring[n]], Len(log[n])))

-----------------------------------------------------------------------------
Begin ==
    /\ Len(rings) < MaxRings
    /\ \E m \in SUBSET Node :
        /\ m # {} /\ MayBegin(Len(rings) + 1, m)
        /\ rings' = Append(rings, [e |-> 1 + Max({Epoch(ring[n]) : n \in m}), m |-> m, s |-> <<>>, gone |-> {}, d |-> NONE])
        /\ acked' = Append(acked, [n \in Node |-> 0])
        /\ told' = Append(told, 0)
    /\ UNCHANGED <<log, logged, stable, ring, before, in, anew, givenUp, history, left>>

Proves(n) == log[n] # <<>> /\ (Bug \in {"GivenUpStillProves", "GivenUpEarly"} \/ LastEpoch(log[n]) >= Epoch(givenUp[n]))

(* Rule 1: the promise is durable, then the STATE is sent; with the last one the representative decides. *)
Promise(n, r) ==
    LET s == [l |-> log[n], stable |-> stable[n], proves |-> Proves(n), anew |-> anew[n]]
        S == [m \in DOMAIN rings[r].s \cup {n} |-> IF m = n THEN s ELSE rings[r].s[m]]
    IN /\ n \in rings[r].m \ DOMAIN rings[r].s
       /\ Epoch(ring[n]) < rings[r].e
       /\ ring' = [ring EXCEPT ![n] = r]
       /\ before' = [before EXCEPT ![n] = ring[n]]
       /\ in' = [in EXCEPT ![n] = FALSE]
       /\ IF DOMAIN S # rings[r].m THEN rings' = [rings EXCEPT ![r].s = S]
          ELSE \E d \in Decisions(S) : rings' = [rings EXCEPT ![r].s = [m \in DOMAIN S |-> 0], ![r].d = d]
       /\ UNCHANGED <<log, logged, stable, anew, givenUp, acked, told, history, left>>

(* RECOVERY: the winner appends the VIEW, the others cut what it lacks. *)
Install(n) ==
    LET r == ring[n] d == rings[r].d IN
    /\ r > 0 /\ ~in[n] /\ d.ok
    /\ n \notin rings[r].gone
    /\ in' = [in EXCEPT ![n] = TRUE]
    /\ IF d.winner = n
       THEN Append1(n, r, [r |-> r, k |-> "V", w |-> d.w])
       ELSE LET l == Prefix(log[n], Common(log[n], d.log)) IN
            /\ log' = [log EXCEPT ![n] = l]
            /\ logged' = [logged EXCEPT ![n] = Min2(@, Len(l))]
            /\ UNCHANGED <<rings, acked>>
    /\ told' = [told EXCEPT ![r] = Max({@, stable[n]})]
    /\ UNCHANGED <<stable, ring, before, anew, givenUp, history, left>>

(* Broken on purpose: who promised a newer ring still logs and acknowledges what its old one orders. *)
AcknowledgeOld(n) ==
    /\ Bug = "AcknowledgedAfterThePromise"
    /\ \E r \in 1..Len(rings) :
        /\ rings[r].e < Epoch(ring[n]) /\ rings[r].d.ok
        /\ IsPrefix(log[n], rings[r].d.log) /\ Len(log[n]) < Len(rings[r].d.log) /\ ViewOf(log[n], r) > 0
        /\ Append1(n, r, rings[r].d.log[Len(log[n]) + 1])
    /\ UNCHANGED <<stable, ring, before, in, anew, givenUp, told, history, left>>

-----------------------------------------------------------------------------
(* Section 8. A restart that can prove what it acknowledged: what was appended and not logged may be gone. *)
Crash(n) ==
    /\ left.crashes > 0
    /\ left' = [left EXCEPT !.crashes = @ - 1]
    /\ \E i \in logged[n]..Len(log[n]) :
        /\ log' = [log EXCEPT ![n] = Prefix(@, i)]
        /\ stable' = [stable EXCEPT ![n] = Min2(@, i)]
    /\ in' = [in EXCEPT ![n] = FALSE]
    /\ IF Bug = "PromiseForgotten"
       THEN ring' = [ring EXCEPT ![n] = before[n]] /\ UNCHANGED rings
       \* The ring is not installed again by who no longer knows what it stated.
       ELSE /\ rings' = IF ring[n] > 0 THEN [rings EXCEPT ![ring[n]].gone = @ \cup {n}] ELSE rings
            /\ UNCHANGED ring
    /\ logged' = [logged EXCEPT ![n] = Min2(@, Len(log'[n]))]
    /\ UNCHANGED <<before, anew, givenUp, acked, told, history>>

(* One that cannot: another incarnation, which no configuration names. *)
Lose(n) ==
    /\ left.losses > 0
    /\ left' = [left EXCEPT !.losses = @ - 1]
    /\ log' = [log EXCEPT ![n] = IF Bug = "AmnesiacVotes" THEN Prefix(@, 1) ELSE <<>>]
    /\ logged' = [logged EXCEPT ![n] = Len(log'[n])]
    /\ stable' = [stable EXCEPT ![n] = Len(log'[n])]
    /\ ring' = [ring EXCEPT ![n] = IF Bug = "AmnesiacVotes" THEN @ ELSE 0]
    /\ before' = [before EXCEPT ![n] = ring'[n]]
    /\ in' = [in EXCEPT ![n] = FALSE]
    /\ anew' = [anew EXCEPT ![n] = Bug # "AmnesiacVotes"]
    /\ givenUp' = [givenUp EXCEPT ![n] = 0]
    /\ UNCHANGED <<rings, acked, told, history>>

(* RECOVERY: a log that has nothing in common with the group's any more is replaced by it, and pulled from some base on. *)
GiveUp(n) ==
    LET r == ring[n] v == Len(rings[r].d.log) IN
    /\ left.giveUps > 0
    /\ in[n] /\ rings[r].d.ok /\ rings[r].d.winner # n /\ ViewOf(log[n], r) = 0
    /\ LET view == ViewOf(rings[r].d.log, r) IN
        /\ view > 0
        /\ (Bug = "GivenUpEarly" \/ told[r] >= view)
        /\ \E i \in 1..(view - 1) :
            /\ log' = [log EXCEPT ![n] = Prefix(rings[r].d.log, i)]
            /\ logged' = [logged EXCEPT ![n] = i]
            /\ stable' = [stable EXCEPT ![n] = 0]
    /\ givenUp' = [givenUp EXCEPT ![n] = r]
    /\ left' = [left EXCEPT !.giveUps = @ - 1]
    /\ UNCHANGED <<ring, before, in, anew, rings, acked, told, history>>

Next ==
    \/ Begin
    \/ \E n \in Node :
        \/ Order(n) \/ Replicate(n) \/ MakeDurable(n) \/ Claim(n) \/ Hear(n)
        \/ Install(n) \/ AcknowledgeOld(n) \/ Crash(n) \/ Lose(n) \/ GiveUp(n)
        \/ \E r \in 2..Len(rings) : Promise(n, r)

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(* What anybody calls stable is one history, and nobody loses it by a change of ring. *)
OneHistory == \A n \in Node : stable[n] <= Len(log[n]) /\ IsPrefix(Prefix(log[n], stable[n]), history)

(* Equal (epoch, index): equal logs up to there. *)
LogMatching ==
    \A n, m \in Node : \A i \in 1..Min2(Len(log[n]), Len(log[m])) :
        Epoch(log[n][i].r) = Epoch(log[m][i].r) => Prefix(log[n], i) = Prefix(log[m], i)

(* At most one ring numbers in an epoch. *)
OneNumbering ==
    \A r, s \in 1..Len(rings) : r # s /\ rings[r].d.ok /\ rings[s].d.ok => rings[r].e # rings[s].e

(* A ring that can make more stable: its holder takes part, and majorities of every configuration from the one in force on. *)
Alive(r) == {n \in Node : ring[n] = r /\ in[n]}
CanGoOn(r) ==
    /\ rings[r].d.ok /\ rings[r].d.winner \in Alive(r)
    /\ LET l == log[rings[r].d.winner]
           s == stable[rings[r].d.winner]
       IN /\ ViewOf(l, r) > 0 /\ s >= ViewOf(l, r)
          /\ \A i \in Configs(l) : i >= Max({j \in Configs(l) : j <= s}) => Majority(l[i].w, Alive(r))
OnePrimary == \A r, s \in 1..Len(rings) : r # s => ~(CanGoOn(r) /\ CanGoOn(s))
=============================================================================
