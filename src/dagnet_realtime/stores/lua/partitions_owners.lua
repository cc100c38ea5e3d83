-- Returns the living processes, the owner of each partition, and the checkpoints.
redis.call('ZREMRANGEBYSCORE', MEMBERS, '-inf', string.format('%.0f', now))
return {
  redis.call('ZRANGE', MEMBERS, 0, -1), redis.call('HGETALL', OWNERS),
  redis.call('HGETALL', PLACES)
}
