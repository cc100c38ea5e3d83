-- ARGV: epoch, ids of entries. Takes the entries out where the life is still that one; their offsets stay taken.
if not living() or redis.call('HGET', STATE, 'epoch') ~= ARGV[1] then
  return 0
end
return redis.call('XDEL', LOG, unpack(ARGV, 2))
