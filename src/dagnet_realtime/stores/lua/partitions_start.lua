-- ARGV: epoch, then fields of `places` and their values. Answers 1 if they are kept, 0 if that life is over or has begun already.
if not living(ARGV[1]) or redis.call('HGET', PLACES, '@epoch') == ARGV[1] then
  return 0
end
redis.call('DEL', PLACES)
redis.call('HSET', PLACES, '@epoch', ARGV[1])
for place = 2, #ARGV, 2 do
  redis.call('HSET', PLACES, ARGV[place], ARGV[place + 1])
end
redis.call('PEXPIRE', PLACES, KEPT)
return 1
