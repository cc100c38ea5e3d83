-- KEYS: mark, index. The mark's age, and the ids of sessions that have not lapsed.
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', whole(now))
return {age(), redis.call('ZRANGE', KEYS[2], 0, -1)}
