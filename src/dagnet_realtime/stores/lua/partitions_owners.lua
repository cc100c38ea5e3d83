-- Answers the processes that read, who owns which partition, and what is kept of each.
redis.call('ZREMRANGEBYSCORE', MEMBERS, '-inf', string.format('%.0f', now))
return {redis.call('ZRANGE', MEMBERS, 0, -1), redis.call('HGETALL', OWNERS), redis.call('HGETALL', PLACES)}
