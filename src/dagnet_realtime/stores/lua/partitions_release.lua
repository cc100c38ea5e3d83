-- ARGV: process, epoch, then a partition and its note each. The process owns nothing from here on.
noted(ARGV[1], ARGV[2], 3, #ARGV)
local kept = redis.call('HGETALL', OWNERS)
for place = 1, #kept, 2 do
  if kept[place + 1] == ARGV[1] then
    redis.call('HDEL', OWNERS, kept[place])
  end
end
redis.call('ZREM', MEMBERS, ARGV[1])
return 0
