# Copyright 2026 The Carillon authors
# SPDX-License-Identifier: Apache-2.0
"""What bench/stall lets happen while node 1 commits: each event does something and yields what is to be watched from then on."""
import collections
import signal
import threading
import time

import pymysql

from rig import Failure, require

VICTIM = 3
OTHER = 2
# Longer than evs.suspect_timeout: the others' change of view is within what is watched.
GONE_SECONDS = 7
ROWS, ROW_BYTES = 80000, 1000

# The longest gap is taken from the end of the watch before, at first from the event's beginning, to the end of this one: `seconds` after
# its yield or, with None, when all nodes are synced. More than `limit` ms above the control gap fail, and so does a victim that needs
# more than `back` seconds. `apply`: the ms of `limit` in which node 1 applied what it was given.
Watch = collections.namedtuple('Watch', 'name limit seconds back apply', defaults=(None, None, 0))


def kill_server(cluster):
    cluster.signal(VICTIM, signal.SIGKILL)
    yield Watch('killed', 50, GONE_SECONDS)
    yield from restarted(cluster)


def kill_sidecar(cluster):
    cluster.signal(VICTIM, signal.SIGKILL, sidecar=True)
    yield Watch('killed', 50, None, 10)


def stop(cluster, seconds, server=False, sidecar=False, back=None):
    """The victim's processes stand still for a while."""
    def send(number):
        if server:
            cluster.signal(VICTIM, number)
        if sidecar and cluster.sidecars():
            cluster.signal(VICTIM, number, sidecar=True)
    send(signal.SIGSTOP)
    try:
        yield Watch('stopped', 50, seconds)
    finally:
        send(signal.SIGCONT)
    yield Watch('back', 100, None, back or 10)


def stop_server(cluster):
    return stop(cluster, GONE_SECONDS, server=True)


def stop_sidecar(cluster):
    return stop(cluster, GONE_SECONDS, sidecar=True)


def pause(cluster):
    return stop(cluster, 3, server=True, sidecar=True, back=2)


def cut(cluster):
    cluster.cut(VICTIM)
    try:
        yield Watch('cut off', 50, GONE_SECONDS)
    finally:
        cluster.mend()
    yield Watch('back', 100, None, 10)


def leave(cluster):
    stopping = threading.Thread(target=cluster.do, args=('stop', VICTIM))
    stopping.start()
    yield Watch('leaves', 30, 4)
    stopping.join()
    yield from restarted(cluster)


def restarted(cluster):
    """Node 1 is a possible donor of what the victim missed."""
    starting = threading.Thread(target=cluster.do, args=('start', VICTIM))
    starting.start()
    yield Watch('joins', 100, None, 30)
    starting.join()


def statement(cluster):
    """One transaction of 80 MB on another node; everybody's later commits wait until it is applied at their node."""
    cluster.sql(1, 'drop table if exists st.big', 'create table st.big (id int primary key, v varchar(1000))')
    cluster.drained(OTHER)
    failed = []

    def run():
        try:
            cluster.sql(OTHER, f"insert into st.big select seq, repeat(char(65 + seq % 26), {ROW_BYTES}) from st.seq_1_to_{ROWS}")
        except pymysql.MySQLError as error:
            failed.append(error.args)
    large = threading.Thread(target=run)
    position = cluster.log_position(1)
    large.start()
    large.join()
    cluster.drained(1)
    require(not failed, f'the large statement failed: {failed}')
    applied = cluster.applied_ms(1, position)
    require(applied or cluster.provider == 'galera', "node 1's log does not say how long it applied the statement")
    yield Watch('applied', 50 + applied, 1, apply=applied)


def with_token(event, limit):
    """The same with the victim holding the token: it writes, too, and did so first."""
    def run(cluster):
        for watch in event(cluster):
            yield watch if watch.limit >= limit or watch.name in ('joins', 'back') else watch._replace(limit=limit)
    return run


EVENTS = {'kill-server': kill_server, 'kill-sidecar': kill_sidecar, 'stop-server': stop_server, 'stop-sidecar': stop_sidecar,
          'pause': pause, 'cut': cut, 'leave': leave, 'statement': statement}
HOLDER_EVENTS = {'holder-kill-server': with_token(kill_server, 200), 'holder-kill-sidecar': with_token(kill_sidecar, 200),
                 'holder-stop-server': with_token(stop_server, 600), 'holder-stop-sidecar': with_token(stop_sidecar, 600),
                 'holder-cut': with_token(cut, 600)}


def minority(cluster):
    """How long the victim, cut off from the others, takes to answer 1047: in ms."""
    connection = cluster.connect(VICTIM)
    cluster.cut(VICTIM)
    begin = time.monotonic()
    try:
        while time.monotonic() < begin + 30:
            try:
                with connection.cursor() as cursor:
                    cursor.execute('select count(*) from st.t where id = 1')
            except pymysql.MySQLError as error:
                require(error.args[0] == 1047, f'the node that was cut off answered {error.args}')
                return (time.monotonic() - begin) * 1000
            time.sleep(0.005)
        raise Failure('a node cut off for 30 s answered as if nothing had happened')
    finally:
        cluster.mend()
        connection.close()
