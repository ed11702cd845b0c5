-- Moves jobs from the queue to the processing list of an owner of a lane, after those delayed jobs that are due.
-- KEYS: queue, delayed, processing (set of names), processing list, paused
-- ARGV: now (epoch ms), jobs at most, bytes at most, name of the processing list in the set
-- Result: {jobs still in the queue, job, ...}
-- What is in the list by then goes back first: its owner claims only between batches, so it is of a claim that had no answer, or
-- of a batch whose end has not been told.
-- A job is 1|size|...: the sum of the sizes ends the claim, but one job is always given. One more than fits is put back.
local now, jobsMax, bytesMax = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local left = redis.call('LPOP', KEYS[4])
if left then
  redis.call('SREM', KEYS[3], ARGV[4])
end
while left do
  redis.call('RPUSH', KEYS[1], left)
  left = redis.call('LPOP', KEYS[4])
end
if redis.call('EXISTS', KEYS[5]) == 1 then
  return {redis.call('LLEN', KEYS[1])}
end
local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 1000)
-- The last one first, so that the one that is due longest is claimed next.
for i = #due, 1, -1 do
  redis.call('ZREM', KEYS[2], due[i])
  redis.call('RPUSH', KEYS[1], due[i])
end
local result, bytes = {0}, 0
for i = 1, jobsMax do
  local job = redis.call('RPOPLPUSH', KEYS[1], KEYS[4])
  if not job then break end
  bytes = bytes + (tonumber(string.match(job, '^1|(%d+)|')) or 0)
  if bytes > bytesMax and i > 1 then
    redis.call('LPOP', KEYS[4])
    redis.call('RPUSH', KEYS[1], job)
    break
  end
  result[#result + 1] = job
end
if #result > 1 then
  redis.call('SADD', KEYS[3], ARGV[4])
end
result[1] = redis.call('LLEN', KEYS[1])
return result
