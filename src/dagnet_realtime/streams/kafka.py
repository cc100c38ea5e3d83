"""Kafka as a stream, by aiokafka: partitions are assigned by hand, so no group is joined and
nothing is committed.

A client that asks a broker for a topic that is not there may have it made. This one forbids that in
every request for metadata, and asks for the configured topics alone, also while it reads none.
"""

import asyncio
import contextlib
import logging
import random
import socket
import ssl
import time
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.stream import Partition, Record, StreamSettings
from dagnet_realtime.ports.stream import Fetched

try:
    from aiokafka import AIOKafkaConsumer, TopicPartition
    from aiokafka import errors as kafka_errors
    from aiokafka.client import AIOKafkaClient
    from aiokafka.conn import create_conn
    from aiokafka.protocol.metadata import MetadataRequest
except ImportError:
    raise Problem(
        "invalid",
        'Sources of kind "kafka" need a package that is not installed',
        remedy="Install it: pip install 'dagnet-realtime[kafka]'",
    ) from None

if TYPE_CHECKING:
    from aiokafka.cluster import ClusterMetadata

REQUEST_SECONDS = 5.0  # in which a broker answers; a sender's records wait in Kafka meanwhile
POLL_MS = 250  # for which a broker holds a request until there is a record
PARTITION_BYTES = 1024 * 1024  # of one partition in one answer; a greater record comes alone
ANSWER_BYTES = 8 * 1024 * 1024  # of one broker's answer, which is the most that waits here unread
METADATA_SECONDS = 0.25  # between two requests for metadata, however badly something is missing
AUTHENTICATION = (
    "SaslAuthenticationFailed",
    "AuthenticationFailedError",
    "IllegalSaslStateError",
    "AuthenticationMethodNotSupported",
)


class KafkaStream:
    """Implements `Stream`. Made by `connect`."""

    def __init__(self, settings: StreamSettings, consumer: "_Consumer") -> None:
        self._settings = settings
        self._consumer = consumer
        self._known: dict[TopicPartition, Partition] = {}
        self._positions: dict[Partition, int] = {}
        self._broken: dict[Partition, Problem] = {}
        self._sought: dict[Partition, float] = {}

    async def partitions(self) -> frozenset[Partition]:
        """Those of the configured topics, fresh from a broker."""
        client = self._consumer.client
        async with _explained(self._settings):
            if not await client.force_metadata_update():
                raise kafka_errors.KafkaConnectionError("no broker answers")
        refused = sorted(client.cluster.unauthorized_topics & set(self._settings.topics))
        if refused:
            raise Problem(
                "forbidden",
                f"Kafka refuses to show the topic {refused[0]}",
                "The user may not read it, or there is no such topic",
                "Grant READ and DESCRIBE on the topic; nothing else is needed",
            )
        return frozenset(
            Partition(topic, number)
            for topic in self._settings.topics
            for number in client.cluster.partitions_for_topic(topic) or ()
        )

    async def ends(self, partitions: Collection[Partition]) -> dict[Partition, int]:
        """Asked of each partition's leader; one that has none at this moment is left out."""
        cluster = self._consumer.client.cluster
        led = [
            part
            for part in map(_theirs, partitions)
            if cluster.leader_for_partition(part) not in (None, -1)
        ]
        if not led:
            return {}
        async with _explained(self._settings):
            found = await self._consumer.end_offsets(led)
        return {_ours(part): offset for part, offset in found.items()}

    async def assign(self, positions: Mapping[Partition, int]) -> None:
        """Assigns anew and seeks, with no turn of the loop between, so that nothing is fetched from
        anywhere else.
        """
        if positions.keys() == self._positions.keys():
            return
        self._positions = {
            part: self._positions.get(part, offset) for part, offset in positions.items()
        }
        self._broken = {part: why for part, why in self._broken.items() if part in positions}
        self._sought.clear()
        self._assign()

    async def read(self, limit: int, wait: float) -> Fetched:
        """What has been fetched, else what comes. A broken partition does not delay the others."""
        if len(self._broken) == len(self._positions):
            await asyncio.sleep(wait)
            return self._fetched({})
        try:
            found = await self._consumer.getmany(timeout_ms=round(wait * 1000), max_records=limit)
        except kafka_errors.OffsetOutOfRangeError as error:
            for part in error.args[0]:
                self._break(_ours(part), _beyond())
            found = {}
        except Exception as error:  # noqa: BLE001  # a decoder may raise anything
            found = await self._one_by_one(limit, error)
        return self._fetched(found)

    async def seek(self, partition: Partition, offset: int) -> None:
        """Drops what was fetched of the partition and goes on at `offset`."""
        if partition not in self._positions:
            return
        self._positions[partition] = offset
        self._sought[partition] = (
            time.time() * 1000
        )  # what was heard before then is of another place
        if self._broken.pop(partition, None) is None:
            self._consumer.seek(_theirs(partition), offset)
        else:
            self._assign()

    async def close(self) -> None:
        """Ends every connection."""
        async with _explained(self._settings):
            await self._consumer.end()

    def _assign(self) -> None:
        """Gives the consumer what is to be read. What is broken is not asked for again."""
        readable = {
            part: offset for part, offset in self._positions.items() if part not in self._broken
        }
        self._known = {_theirs(part): part for part in readable}
        self._consumer.assign(list(self._known))
        for part, offset in readable.items():
            self._consumer.seek(_theirs(part), offset)

    def _break(self, partition: Partition, why: Problem) -> None:
        if partition in self._positions:
            self._broken[partition] = why
            self._assign()

    async def _one_by_one(self, limit: int, error: Exception) -> Mapping[Any, Any]:
        """Finds the partition whose records cannot be decoded. Raises `Problem` for what no
        partition is to blame for.
        """
        if isinstance(
            error,
            (kafka_errors.TopicAuthorizationFailedError, kafka_errors.UnrecognizedBrokerVersion),
        ):
            raise explained(error, self._settings) from None
        found: dict[Any, Any] = {}
        for theirs, ours in list(self._known.items()):
            try:
                found |= await self._consumer.getmany(theirs, timeout_ms=POLL_MS, max_records=limit)
            except Exception as again:  # noqa: BLE001  # as above
                self._break(ours, _undecodable(again))
        return found

    def _fetched(self, found: Mapping[Any, Any]) -> Fetched:
        records: list[Record] = []
        for theirs, some in found.items():
            partition = self._known.get(theirs)
            if partition is None:
                continue
            records += [
                Record(
                    partition,
                    one.offset,
                    one.value,
                    one.timestamp if one.timestamp >= 0 else None,
                    one.headers or (),
                )
                for one in some
            ]
        now = time.time() * 1000
        ends: dict[Partition, int] = {}
        silent: dict[Partition, float] = {}
        for theirs, partition in self._known.items():
            state = self._consumer.state(theirs)
            if state is None:
                continue
            if state.has_valid_position:
                self._positions[partition] = state.position
            if state.timestamp and state.timestamp > self._sought.get(partition, 0.0):
                silent[partition] = max(0.0, (now - state.timestamp) / 1000)
                stable = state.lso if state.lso is not None and state.lso >= 0 else state.highwater
                ends[partition] = min(stable, state.highwater)
        return Fetched(tuple(records), dict(self._positions), ends, silent, dict(self._broken))


async def connect(settings: StreamSettings) -> KafkaStream:
    """A connection that has been tried: a wrong password is found now. Raises `Problem`."""
    logging.getLogger("aiokafka").setLevel(
        logging.CRITICAL
    )  # it writes hundreds of lines while a broker is away
    consumer = _Consumer(settings)
    try:
        async with _explained(settings):
            await consumer.client.probe()
            await consumer.start()
        stream = KafkaStream(settings, consumer)
        await stream.partitions()
    except BaseException:
        with contextlib.suppress(Exception):
            await consumer.end()
        raise
    return stream


class _Client(AIOKafkaClient):  # type: ignore[misc]  # aiokafka has no types
    """Asks for metadata of the configured topics alone, and never has one made."""

    def __init__(self, topics: Collection[str], **options: Any) -> None:
        super().__init__(**options)
        self._options = {
            key: value
            for key, value in options.items()
            if key not in ("bootstrap_servers", "metadata_max_age_ms")
        }
        self._topics = set(topics)
        self._asked_at = float("-inf")

    async def probe(self) -> None:
        """Connects to the first server that lets us in; if none does, raises what the last said."""
        options = {"request_timeout_ms": round(REQUEST_SECONDS * 1000), **self._options}
        options["max_idle_ms"] = options.pop("connections_max_idle_ms", None)
        for number, (host, port, _) in enumerate(self.hosts, 1):
            try:
                (await create_conn(host, port, **options)).close()
            except (OSError, kafka_errors.KafkaError, TimeoutError, AssertionError) as error:
                if number == len(self.hosts):
                    raise _Refused(f"{host}:{port}", error) from None
            else:
                return

    def add_topic(self, topic: str) -> Any:  # noqa: ARG002 -- which topics there are is configured
        """A fresh look at the configured topics."""
        return self.force_metadata_update()

    def set_topics(self, topics: Any) -> Any:  # noqa: ARG002 -- as above
        """Nothing changes."""
        done = asyncio.get_running_loop().create_future()
        done.set_result(True)
        return done

    async def _metadata_update(
        self, cluster_metadata: "ClusterMetadata", topics: Collection[str]
    ) -> bool:
        await asyncio.sleep(max(0.0, self._asked_at + METADATA_SECONDS - time.monotonic()))
        self._asked_at = time.monotonic()
        request = MetadataRequest(sorted(topics), allow_auto_topic_creation=False)
        nodes: list[Any] = [broker.nodeId for broker in self.cluster.brokers()]
        random.shuffle(nodes)
        for node in nodes:
            connection = await self._get_conn(node)
            if connection is None:
                continue
            try:
                metadata = await connection.send(request)
            except (kafka_errors.KafkaError, TimeoutError):
                continue
            if not metadata.brokers:
                return False
            cluster_metadata.update_metadata(metadata)
            return True
        cluster_metadata.failed_update(None)
        return False


class _Consumer(AIOKafkaConsumer):  # type: ignore[misc]  # as above
    """A consumer without a group, over a client that writes nothing."""

    def __init__(self, settings: StreamSettings) -> None:
        request_ms, security = round(REQUEST_SECONDS * 1000), _security(settings)
        super().__init__(
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            max_partition_fetch_bytes=PARTITION_BYTES,
            fetch_max_bytes=ANSWER_BYTES,
            fetch_max_wait_ms=POLL_MS,
            request_timeout_ms=request_ms,
        )
        self._client = self.client = _Client(
            settings.topics,
            bootstrap_servers=list(settings.servers),
            client_id="dagnet-realtime",
            metadata_max_age_ms=60_000,
            request_timeout_ms=request_ms,
            connections_max_idle_ms=540_000,
            **security,
        )

    async def end(self) -> None:
        """Stops. A request that is given up while it waits to be tried again ends the client's
        stopping half way.
        """
        try:
            await self.stop()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
        finally:
            await self.client.close()

    def state(self, partition: TopicPartition) -> Any:
        """What is known of an assigned partition; None if it is not assigned."""
        subscription = self._subscription.subscription
        assignment = subscription.assignment if subscription is not None else None
        return assignment.state_value(partition) if assignment is not None else None


class _Refused(Exception):
    """A server that did not let us in, and why."""

    def __init__(self, server: str, cause: BaseException) -> None:
        super().__init__(server)
        self.server = server
        self.cause = cause


def _security(settings: StreamSettings) -> dict[str, Any]:
    """The client's options for TLS and SASL. Raises `Problem` for files that cannot be used."""
    options: dict[str, Any] = {"security_protocol": settings.security.upper()}
    if settings.security in ("ssl", "sasl_ssl"):
        try:
            context = ssl.create_default_context(cafile=settings.ca or None)
            if settings.certificate:
                context.load_cert_chain(settings.certificate, settings.key or None)
        except (OSError, ssl.SSLError) as error:
            told = error.strerror or type(error).__name__
            raise Problem(
                "invalid",
                "A certificate for Kafka cannot be read",
                told,
                "Name PEM files as ca, certificate and key",
            ) from None
        options["ssl_context"] = context
    if settings.security in ("sasl_plaintext", "sasl_ssl"):
        options["sasl_mechanism"] = settings.mechanism
        options["sasl_plain_username"] = (
            settings.username.reveal().decode() if settings.username else ""
        )
        options["sasl_plain_password"] = (
            settings.password.reveal().decode() if settings.password else ""
        )
    return options


class _explained:  # noqa: N801 -- it reads as a statement
    """Turns what a client raises into a `Problem`; bounds the time that it takes."""

    def __init__(self, settings: StreamSettings) -> None:
        self._settings = settings
        self._bound = asyncio.timeout(2 * REQUEST_SECONDS)

    async def __aenter__(self) -> None:
        await self._bound.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: Any
    ) -> None:
        try:
            await self._bound.__aexit__(kind, error, trace)
        except TimeoutError as late:
            raise explained(late, self._settings) from None
        if isinstance(error, Exception) and not isinstance(error, Problem):
            raise explained(error, self._settings) from None


def explained(error: BaseException, settings: StreamSettings) -> Problem:
    """What went wrong with the connection, and what to do, in a sentence without a name or a
    password of anybody's.
    """
    server, cause = (
        (error.server, error.cause) if isinstance(error, _Refused) else (settings.servers[0], error)
    )
    name = type(cause).__name__
    if isinstance(cause, ssl.SSLCertVerificationError):
        told, remedy = (
            f"its certificate is not trusted ({cause.verify_message})",
            "Name the authority's PEM file as `ca`",
        )
    elif isinstance(cause, ssl.SSLError):
        told, remedy = (
            "it does not speak TLS as we do",
            'Check the port, or set `security` to "plaintext" or "sasl_plaintext"',
        )
    elif isinstance(cause, socket.gaierror):
        told, remedy = "there is no such host", "Correct `servers`"
    elif isinstance(cause, ConnectionRefusedError):
        told, remedy = "nothing listens there", "Correct `servers`, or start the broker"
    elif isinstance(cause, TimeoutError):
        told, remedy = "it does not answer", "Check `servers`, `security`, and what stands between"
    elif name in AUTHENTICATION:
        told, remedy = (
            "it refuses the user or the password",
            "Correct `username` and `password`, and `mechanism`",
        )
    elif name == "UnsupportedSaslMechanismError":
        told, remedy = (
            f"it does not take {settings.mechanism}",
            "Set `mechanism` to one that it takes",
        )
    elif name in ("TopicAuthorizationFailedError", "ClusterAuthorizationFailedError"):
        told, remedy = (
            "the user may not read the topic",
            "Grant READ and DESCRIBE on the topic; nothing else is needed",
        )
    elif isinstance(cause, (kafka_errors.KafkaConnectionError, ConnectionError, AssertionError)):
        other = "plaintext" if settings.security in ("ssl", "sasl_ssl") else "TLS"
        told, remedy = (
            "it ends the connection at once",
            f"Check `security` and the port: it may expect {other}, or SASL",
        )
    else:
        told, remedy = name, "It is tried again"
    code = "unauthorized" if name in AUTHENTICATION else "unavailable"
    title = f"Kafka at {server} cannot be read"
    return Problem(code, title, told[0].upper() + told[1:], remedy)  # type: ignore[arg-type]


def _beyond() -> Problem:
    return Problem(
        "gone",
        "The topic does not hold the place where reading stopped",
        "Its records were deleted, or the topic was made anew",
        "Reading goes on at the end",
    )


def _undecodable(error: BaseException) -> Problem:
    return Problem(
        "invalid",
        "A batch of records cannot be decoded",
        type(error).__name__,
        "Reading goes on after it; check the producer's compression",
    )


def _theirs(partition: Partition) -> TopicPartition:
    return TopicPartition(partition.topic, partition.number)


def _ours(partition: TopicPartition) -> Partition:
    return Partition(partition.topic, partition.partition)
