-- ARGV: process, ms for which it owns what it owns, epoch, how many notes; then a partition and its note each, then all partitions in order.
-- Answers the partitions that the process is to read, each with its note ('' if there is none); nothing if that life of the log is over.
-- Everyone has its even share, some one more: who has too many gives the last of them back, who has too few takes what is free.
local process, epoch, first = ARGV[1], ARGV[3], 5 + 2 * tonumber(ARGV[4])
if not living(epoch) then
  return false
end
redis.call('ZREMRANGEBYSCORE', MEMBERS, '-inf', string.format('%.0f', now))
redis.call('ZADD', MEMBERS, string.format('%.0f', now + ARGV[2]), process)
redis.call('PEXPIRE', MEMBERS, KEPT)
noted(process, epoch, 5, first - 1)
if redis.call('HGET', PLACES, '@epoch') ~= epoch then
  return {}
end

local members, alive, rank = redis.call('ZRANGE', MEMBERS, 0, -1), {}, 0
table.sort(members)
for number, member in ipairs(members) do
  alive[member] = true
  if member == process then
    rank = number
  end
end
local partitions = #ARGV - first + 1
local share = math.floor(partitions / #members) + (rank <= partitions % #members and 1 or 0)

local listed, mine, free = {}, {}, {}
local kept, owner = redis.call('HGETALL', OWNERS), {}
for place = 1, #kept, 2 do
  owner[kept[place]] = kept[place + 1]
end
for place = first, #ARGV do
  local partition = ARGV[place]
  listed[partition] = true
  if owner[partition] == process then
    mine[#mine + 1] = partition
  elseif not (owner[partition] and alive[owner[partition]]) then
    free[#free + 1] = partition
  end
end
for partition, reader in pairs(owner) do
  if reader == process and not listed[partition] then
    redis.call('HDEL', OWNERS, partition)
  end
end
while #mine > share do
  redis.call('HDEL', OWNERS, table.remove(mine))
end
for _, partition in ipairs(free) do
  if #mine >= share then
    break
  end
  mine[#mine + 1] = partition
  redis.call('HSET', OWNERS, partition, process)
end
for _, key in ipairs({OWNERS, PLACES}) do
  redis.call('PEXPIRE', key, KEPT)
end

local answer = {}
for _, partition in ipairs(mine) do
  answer[#answer + 1] = partition
  answer[#answer + 1] = redis.call('HGET', PLACES, partition) or ''
end
return answer
