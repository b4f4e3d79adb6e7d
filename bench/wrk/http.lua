-- Requests as text, built without wrk.format: the load generator shares the machine with what it measures.

local http = {}

function http.get(host, path, headers)
  return "GET " .. path .. " HTTP/1.1\r\nHost: " .. host .. "\r\n" .. headers .. "\r\n"
end

function http.post(host, path, headers, kind, body)
  return "POST " .. path .. " HTTP/1.1\r\nHost: " .. host .. "\r\n" .. headers
    .. "Content-Type: " .. kind .. "\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

return http
