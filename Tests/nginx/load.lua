-- SPDX-License-Identifier: Apache-2.0
-- For wrk: a token for each request, from MXAUTH_TOKEN or the newest line of MXAUTH_TOKEN_FILE, and a count of statuses.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(_)
  counts = {}
  file = os.getenv("MXAUTH_TOKEN_FILE")
  if file == "" then file = nil end
  token = os.getenv("MXAUTH_TOKEN")
  asked = 0
  if not file and token ~= "" then wrk.headers["Authorization"] = "Bearer " .. token end
  fixed = not file and wrk.format("GET") or nil
end

local function read_token()
  local handle = io.open(file)
  if handle then
    local line = handle:read("*l")
    handle:close()
    if line and line ~= "" then wrk.headers["Authorization"] = "Bearer " .. line end
  end
end

function request()
  if fixed then return fixed end
  if asked % 50 == 0 then read_token() end
  asked = asked + 1
  return wrk.format("GET")
end

function response(status, _, _)
  counts[status] = (counts[status] or 0) + 1
end

function done(_, _, _)
  local sum = {}
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("counts")) do sum[status] = (sum[status] or 0) + count end
  end
  for status, count in pairs(sum) do print("status " .. status .. " " .. count) end
end
