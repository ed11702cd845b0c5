-- Puts the jobs of an owner whose time is over back into the queue, to be claimed next in their old order.
-- KEYS: queue, processing (set of names), processing list
-- ARGV: name of the processing list in the set, jobs at most
-- Result: number of jobs put back
local moved = 0
for _ = 1, tonumber(ARGV[2]) do
  local job = redis.call('LPOP', KEYS[3])
  if not job then break end
  redis.call('RPUSH', KEYS[1], job)
  moved = moved + 1
end
if redis.call('EXISTS', KEYS[3]) == 0 then
  redis.call('SREM', KEYS[2], ARGV[1])
end
return moved
