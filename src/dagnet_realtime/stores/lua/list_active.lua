-- Lists watch sessions that have not lapsed.
-- KEYS: mark, index. Returns the mark's age (ms) and the ids.
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', integer(now))
return {mark_age(), redis.call('ZRANGE', KEYS[2], 0, -1)}
