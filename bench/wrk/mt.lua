-- The mt dialect's requests, and what a good reply holds.

local http = dofile("http.lua")

local function who(token)
  return "Authorization: Token " .. token .. "\r\n"
end

return {
  add = function(host, token, product)
    local body = '{"nums":1,"distributor_product_id":' .. product .. "}"
    return http.post(host, "/rest_api/mt_shop_cart/", who(token), "application/json", body)
  end,
  get = function(host, token)
    return http.get(host, "/rest_api/mt_shop_cart/?page=1", who(token))
  end,
  right = { add = '"nums":', get = '"nums":' },
  row = { get = '"distributor_product_id":' },
}
