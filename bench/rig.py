# Copyright 2026 The Carillon authors
# SPDX-License-Identifier: Apache-2.0
"""A cluster of MariaDB servers on this machine, as bench/cluster starts it, seen from a Python program."""
import os
import re
import signal
import subprocess
import sys
import time

import pymysql

HERE = os.path.dirname(os.path.abspath(__file__))
TICKS = os.sysconf('SC_CLK_TCK')
# Deadlock, lock wait, write conflict of snapshot isolation, not ready, commit failed, connection lost: what a client retries.
RETRIED = '1213,1205,1020,1047,1180,2013'

CUT_CHAIN = 'carillon-cut'


class Failure(Exception):
    """A check did not hold."""


def require(condition, message):
    if not condition:
        raise Failure(message)


def iptables(*arguments, check=True):
    """Tells whether it worked."""
    try:
        run = subprocess.run(['iptables', '-w', *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    except FileNotFoundError as missing:
        raise Failure('iptables is missing: apt-get install iptables') from missing
    require(run.returncode == 0 or not check, f'iptables {" ".join(arguments)}: {run.stderr.strip()}')
    return run.returncode == 0


class Cluster:
    """`provider` as bench/cluster takes it; `settings` are its environment variables."""

    def __init__(self, provider, label=None, **settings):
        self.provider = provider
        self.label = label or os.path.splitext(os.path.basename(provider))[0]
        self.settings = {'PROVIDER': provider, 'NODES': '3', **settings}
        self.nodes = range(1, int(self.settings['NODES']) + 1)
        self.sockets = {}

    def do(self, *arguments, check=True, quiet=False):
        run = subprocess.run([os.path.join(HERE, 'cluster'), *map(str, arguments)], env={**os.environ, **self.settings},
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL if quiet else None, text=True,
                             check=False)
        if check and run.returncode != 0:
            raise Failure(f'{self.label}: cluster {" ".join(map(str, arguments))} ended with {run.returncode}')
        return run.stdout.strip()

    def up(self):
        self.do('up')

    def socket(self, node):
        if node not in self.sockets:
            self.sockets[node] = self.do('socket', node)
        return self.sockets[node]

    def connect(self, node, **options):
        return pymysql.connect(unix_socket=self.socket(node), user='root', autocommit=True, max_allowed_packet=64 << 20,
                               **{'read_timeout': 300, 'write_timeout': 300, **options})

    def sql(self, node, *statements, database=None):
        """Runs the statements in one session; the rows of the last."""
        connection = self.connect(node, database=database)
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
                return cursor.fetchall()
        finally:
            connection.close()

    def status(self, node, name):
        rows = self.sql(node, f"show global status like '{name}'")
        return rows[0][1] if rows else None

    def healthy(self, node):
        try:
            return (self.status(node, 'wsrep_local_state_comment') == 'Synced'
                    and self.status(node, 'wsrep_cluster_size') == str(len(self.nodes)))
        except pymysql.MySQLError:
            return False

    def await_healthy(self, seconds=60, steady=0):
        """Waits until every node is synced in a cluster of full size, for `steady` seconds on end; returns when that began, in seconds."""
        start = since = time.monotonic()
        while True:
            if all(self.healthy(node) for node in self.nodes):
                if time.monotonic() - since >= steady:
                    return since - start
            else:
                since = time.monotonic()
            if time.monotonic() - start > seconds:
                raise Failure(f'{self.label}: not all nodes synced after {seconds} s:\n{self.do("status")}')
            time.sleep(0.05)

    def processes(self):
        return [int(pid) for pid in self.do('processes').split()]

    def cpu_seconds(self):
        total = 0
        for pid in self.processes():
            with open(f'/proc/{pid}/stat') as file:
                fields = file.read().rsplit(')', 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def anonymous_memory(self, pid):
        """RssAnon of a process, in MB."""
        with open(f'/proc/{pid}/status') as file:
            return int(re.search(r'RssAnon:\s+(\d+)', file.read())[1]) / 1024

    def sidecars(self):
        found = (self.do('sidecar', node, check=False) for node in self.nodes)
        return [int(pid) for pid in found if pid]

    def snapshots(self, node):
        """How many snapshots the node took part in since it was made; a dump runs no script at the joiner."""
        with open(self.log_file(node), errors='replace') as file:
            return sum("Running: 'wsrep_sst_" in line or 'SST setting local position' in line for line in file)

    def port(self, node):
        """Where the node's sidecar listens for the others."""
        return int(self.do('port', node))

    def freeze(self):
        self.do('freeze')

    def thaw(self):
        self.do('thaw')

    def signal(self, node, number, sidecar=False):
        pid = self.do('sidecar' if sidecar else 'pid', node)
        os.kill(int(pid), number)

    def cut(self, node):
        """Nothing passes between the node and the others, which need addresses of their own (ADDRESSES=own), until `mend`."""
        require(self.settings.get('ADDRESSES') == 'own', 'only a node with an address of its own can be cut off')
        address = self.do('address', node)
        iptables('-N', CUT_CHAIN)
        for own, others in (('-s', '-d'), ('-d', '-s')):
            for other in self.nodes:
                if other != node:
                    iptables('-A', CUT_CHAIN, own, address, others, self.do('address', other), '-j', 'DROP')
        iptables('-I', 'INPUT', '-i', 'lo', '-j', CUT_CHAIN)

    def mend(self):
        while iptables('-D', 'INPUT', '-i', 'lo', '-j', CUT_CHAIN, check=False):
            pass  # a run that was killed may have left one
        iptables('-F', CUT_CHAIN, check=False)
        iptables('-X', CUT_CHAIN, check=False)

    def log_position(self, node):
        return os.path.getsize(self.log_file(node))

    def log_file(self, node):
        return os.path.join(os.path.dirname(self.socket(node)), 'err.log')

    def log_since(self, node, position):
        with open(self.log_file(node), errors='replace') as file:
            file.seek(position)
            return file.read()

    def applied_ms(self, node, position):
        """How long the node's server took to apply the large write set that it logged after `position`; 0 if the provider does not say."""
        spans = [int(span) for span in re.findall(r'Write set \d+ of \d+ MiB was applied in (\d+) ms', self.log_since(node, position))]
        return max(spans, default=0)

    def drained(self, node):
        """Everything that was committed anywhere before the call is applied at `node` after it."""
        self.sql(node, 'set session wsrep_sync_wait = 15', 'select 1')

    def fingerprint(self, node, database):
        """(table, rows, checksum) of every base table."""
        self.drained(node)
        found = []
        for (table,) in self.sql(node, "select table_name from information_schema.tables where table_type = 'BASE TABLE' "
                                       f"and table_schema = '{database}' order by 1"):
            rows = self.sql(node, f'select count(*) from `{database}`.`{table}`')[0][0]
            found.append((table, rows, self.sql(node, f'checksum table `{database}`.`{table}` extended')[0][1]))
        return found

    def require_equal(self, database):
        """Fails unless all nodes hold the same rows; returns the number of tables."""
        first = self.fingerprint(1, database)
        for node in self.nodes[1:]:
            other = self.fingerprint(node, database)
            if other != first:
                differing = [pair for pair in zip(first, other) if pair[0] != pair[1]] or [(first, other)]
                raise Failure(f'{self.label}: n1 and n{node} differ: {differing[:3]}')
        return len(first)

    def sysbench(self, workload, threads, seconds, nodes=None, tables=4, size=10000, options=()):
        """One run; transactions, tps, average and 95th percentile in ms, errors that clients retry."""
        run = self.sysbench_start(workload, threads, seconds, nodes, tables, size, options)
        return self.sysbench_result(run)

    def sysbench_command(self, workload, nodes, tables, size, options):
        sockets = ','.join(self.socket(node) for node in nodes or self.nodes)
        # It draws ids at random: rarely one that the run before drew, too.
        ignored = f'{RETRIED},1062' if workload == 'oltp_insert' else RETRIED
        return ['sysbench', workload, f'--mysql-socket={sockets}', '--mysql-user=root', '--mysql-db=sb', f'--tables={tables}',
                f'--table-size={size}', '--auto-inc=off', '--rand-type=uniform', f'--mysql-ignore-errors={ignored}', *options]

    def sysbench_prepare(self, tables=4, size=10000):
        self.sql(1, 'drop database if exists sb', 'create database sb')
        command = self.sysbench_command('oltp_write_only', [1], tables, size, ['--threads=1', 'prepare'])
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if run.returncode != 0:
            raise Failure(f'{self.label}: sysbench prepare failed: {run.stdout[-500:]}')
        for node in self.nodes:
            self.drained(node)

    def sysbench_start(self, workload, threads, seconds, nodes=None, tables=4, size=10000, options=()):
        command = self.sysbench_command(workload, nodes, tables, size, [*options, f'--threads={threads}', f'--time={seconds}', 'run'])
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def sysbench_result(self, run):
        text = run.communicate()[0]

        def number(pattern):
            match = re.search(pattern, text)
            if not match:
                raise Failure(f'{self.label}: sysbench failed: {text[-800:]}')
            return float(match[1])
        return {'transactions': number(r'transactions:\s+(\d+)'), 'tps': number(r'transactions:\s+\d+\s+\(([\d.]+)'),
                'avg': number(r'avg:\s+([\d.]+)'), 'p95': number(r'95th percentile:\s+([\d.]+)'),
                'errors': number(r'ignored errors:\s+(\d+)')}


def only_check(cluster, check):
    """Runs the one check of a bench on `cluster`, which begins empty and ends; the exit status."""
    good = False
    try:
        cluster.do('wipe')
        cluster.up()
        check()
        good = True
    except (Failure, pymysql.MySQLError) as failure:
        print(f'FAILED  {cluster.label}: {failure}', flush=True)
    finally:
        cluster.do('down', check=False)
    print('1 passed, 0 failed' if good else '0 passed, 1 failed')
    return 0 if good else 1


def ended_by_signal(*_):
    sys.exit(130)


# A `finally` that stops the servers runs on kill as it does on Ctrl-C.
signal.signal(signal.SIGTERM, ended_by_signal)
