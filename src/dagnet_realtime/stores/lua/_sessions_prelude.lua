-- Prepended to the scripts that read watch sessions.
-- KEYS[1], the mark, says that the store has lost nothing since it was made: its value is when
-- (ms), or 0 if a process found the store empty at its start. A store that is restarted or flushed
-- loses the mark with everything else.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)

local function integer(number)
  return string.format('%.0f', number)
end

-- The age of the mark (ms, as text); makes it if it is missing.
local function mark_age()
  local made = tonumber(redis.call('GET', KEYS[1]))
  if made then
    redis.call('PEXPIRE', KEYS[1], 86400000)
  else
    made = now
    redis.call('SET', KEYS[1], integer(now), 'PX', 86400000)
  end
  return integer(now - made)
end
