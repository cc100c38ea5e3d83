-- Stores the ingest counters of one process and returns those of all.
-- KEYS: doors, a hash:
--   <process>         "<ms> <counters as JSON>"
--   past              the summed counters of processes that have ended
--   folded:<process>  when a process was taken for ended
-- ARGV: process, its counters, ms of silence after which a process counts as ended.
-- Returns the counters of each process, or nothing if this one was taken for ended: its last
-- counters are part of `past` then, and it must send only what it counted since.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
if redis.call('HDEL', KEYS[1], 'folded:' .. ARGV[1]) == 1 then
  return false
end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f ', now) .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], 86400000)

local function add(sum, counts)
  for name, value in pairs(counts) do
    if type(value) == 'table' then
      sum[name] = sum[name] or {}
      add(sum[name], value)
    else
      sum[name] = (sum[name] or 0) + value
    end
  end
end

local stored, all = redis.call('HGETALL', KEYS[1]), {}
local past, folds = nil, false
for at = 1, #stored, 2 do
  if stored[at] == 'past' then
    past = cjson.decode(string.match(stored[at + 1], ' (.*)$'))
  end
end
for at = 1, #stored, 2 do
  local process, sent_at, counts = stored[at], string.match(stored[at + 1], '^(%d+) (.*)$')
  local silent = now - tonumber(sent_at) > tonumber(ARGV[3])
  if string.sub(process, 1, 7) == 'folded:' then
    if now - tonumber(sent_at) > 86400000 then
      redis.call('HDEL', KEYS[1], process)
    end
  elseif process ~= 'past' then
    if silent then
      past, folds = past or {}, true
      add(past, cjson.decode(counts))
      redis.call('HDEL', KEYS[1], process)
      redis.call('HSET', KEYS[1], 'folded:' .. process, string.format('%.0f ', now))
    else
      all[#all + 1] = counts
    end
  end
end
if past then
  local counts = cjson.encode(past)
  all[#all + 1] = counts
  if folds then
    redis.call('HSET', KEYS[1], 'past', string.format('%.0f ', now) .. counts)
  end
end
return all
