# Copyright 2026 The Carillon authors
# SPDX-License-Identifier: Apache-2.0
"""A node that is to be given the others' state, while a client writes at node 1."""
import contextlib
import os
import re
import signal
import shutil
import subprocess
import threading
import time

import pymysql

from rig import Cluster, Failure, require

USER, PASSWORD = 'snapshot', 'of-all'
ACCOUNTS = [statement for host in ('127.0.0.1', 'localhost') for statement in (
    f"create or replace user '{USER}'@'{host}' identified by '{PASSWORD}'", f"grant all on *.* to '{USER}'@'{host}' with grant option")]


def prepare(cluster, rows=2000):
    """The account that the methods use, and something to transfer."""
    cluster.sql(1, *ACCOUNTS, 'drop database if exists snap', 'create database snap',
                'create table snap.t (id int primary key auto_increment, v int)',
                'create table snap.big (id int primary key, v varchar(1000))', 'use snap',
                f"insert into snap.big select seq, repeat('x', 1000) from seq_1_to_{rows}")
    for node in cluster.nodes:
        cluster.drained(node)
        cluster.sql(node, f"set global wsrep_sst_auth = '{USER}:{PASSWORD}'")


class Writer(threading.Thread):
    """Inserts at node 1 within the block; a snapshot may be short of nothing that came meanwhile, and no client may notice it."""

    def __init__(self, cluster):
        super().__init__()
        self.cluster, self.done, self.written, self.failure = cluster, threading.Event(), 0, None

    def run(self):
        connection = self.cluster.connect(1)
        try:
            with connection.cursor() as cursor:
                while not self.done.wait(0.002):
                    cursor.execute('insert into snap.t (v) values (%s)', (self.written,))
                    self.written += 1
        except pymysql.MySQLError as failure:
            self.failure = failure
        finally:
            connection.close()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        self.done.set()
        self.join()
        if kind is None:
            require(self.failure is None, f'node 1 could not write meanwhile: {self.failure}')


class Joiner:
    """The node; `said` is its server's log since the last start."""

    def __init__(self, cluster, node):
        self.cluster, self.node = cluster, node
        self.home = os.path.dirname(cluster.socket(node))
        self.log = os.path.join(self.home, 'err.log')
        self.offset = 0
        self.starting = None

    def lose_everything(self):
        """Stops it; what it kept is gone, but for its log."""
        self.cluster.do('stop', self.node)
        for name in ('data', 'data.carillon'):
            shutil.rmtree(os.path.join(self.home, name), ignore_errors=True)
        os.makedirs(self.home, exist_ok=True)
        with open(self.log, 'a'):
            pass

    def settings(self, method, donor=None):
        initial = os.path.join(self.home, 'initial.sql')
        with open(initial, 'w') as file:  # a dump comes through SQL, so new data needs the account
            file.write(';\n'.join(['flush privileges', *ACCOUNTS]) + ';\n')
        extra = f'{os.environ.get("EXTRA", "")} --wsrep-sst-auth={USER}:{PASSWORD}' + (f' --wsrep-sst-donor={donor}' if donor else '')
        return {**self.cluster.settings, 'SST': method, 'EXTRA': extra, 'INITIAL': initial, 'RECOVER': 'no'}

    def begin(self, method, donor=None):
        """Starts it and does not wait."""
        self.offset = os.path.getsize(self.log)
        with contextlib.suppress(FileNotFoundError):
            os.remove(os.path.join(self.home, 'starting'))
        self.starting = subprocess.Popen([os.path.join(os.path.dirname(os.path.abspath(__file__)), 'cluster'), 'start', str(self.node)],
                                         env={**os.environ, **self.settings(method, donor)}, stdin=subprocess.DEVNULL,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self, method='rsync', donor=None):
        """Starts it and waits until it is in sync."""
        self.offset = os.path.getsize(self.log)
        Cluster(self.cluster.provider, **self.settings(method, donor)).do('start', self.node)

    def said(self):
        with open(self.log, errors='replace') as file:
            file.seek(self.offset)
            return file.read()

    def donors(self):
        """Who was chosen, in order."""
        found = re.findall(r'WSREP: (\S+) gives the snapshot|Selected \S+ \((n\d)\)\(SYNCED\) as donor', self.said())
        return [ours or galeras for ours, galeras in found]

    def pid(self):
        path = os.path.join(self.home, 'starting')
        until(lambda: os.path.exists(path) and os.path.getsize(path), 'its start')
        with open(path) as file:
            return int(file.read())

    def put_down(self):
        """Whatever became of it: nothing runs."""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError), open(os.path.join(self.home, 'starting')) as file:
            os.kill(int(file.read()), signal.SIGKILL)
        if self.starting:
            self.starting.wait()

    def await_end(self, seconds):
        """Waits until its server ended by itself, and not by a signal; how long that took."""
        began = time.monotonic()
        pid = self.pid()
        while os.path.exists(f'/proc/{pid}'):
            require(time.monotonic() - began < seconds, f'its server still runs after {seconds} s:\n' + self.tail())
            time.sleep(0.02)
        self.starting.wait()
        took = time.monotonic() - began
        crashed = re.search(r'.*got signal.*', self.said())
        require(not crashed, f'its server crashed: {crashed and crashed[0]}\n' + self.tail())
        return took

    def tail(self):
        return '\n'.join(self.said().splitlines()[-12:])


def until(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Failure(f'{what}: not so after {seconds} s')
        time.sleep(0.02)
