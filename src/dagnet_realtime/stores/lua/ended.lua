-- KEYS: mark, sessions. The mark's age, and what is kept of each session: no bytes of one that was ended.
return {age(), #KEYS > 1 and redis.call('MGET', unpack(KEYS, 2)) or {}}
