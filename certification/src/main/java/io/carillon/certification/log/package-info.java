// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/** What a node keeps on disk: the ordered log in segment files, and the few facts beside it. */
package io.carillon.certification.log;
