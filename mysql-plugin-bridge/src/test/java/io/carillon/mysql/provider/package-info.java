// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

/** Drives the provider through Java's foreign-function API as a database server would. */
package io.carillon.mysql.provider;
