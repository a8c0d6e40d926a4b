-- Wireshark dissector for kcptun: FEC headers, KCP segments and smux frames of opened packets.
--
--   wireshark -X lua_script:kcptun.lua capture.pcapng
--   tshark -X lua_script:kcptun.lua -r capture.pcapng -Y kcptun.kcp.retransmission
--
-- Captures of kcptun-sim are known by their port. Real traffic can be read only where it is not encrypted: with
-- --crypt null, or with --crypt none, whose packets follow 20 bytes of nonce and checksum. It is recognised by its
-- content, or through "Decode As". All fields are little-endian.

local proto = Proto("kcptun", "kcptun tunnel")

local PLAIN_PORT = 19267
local KCP_HEADER, FEC_HEADER, SMUX_HEADER = 24, 8, 8
local PUSH, ACK, WASK, WINS = 81, 82, 83, 84
local DATA, PARITY, OUT_OF_BAND = 0xf1, 0xf2, 0xf3
local SMUX_PSH, SMUX_UPD = 2, 4
local ENVELOPE = 20
local SNAPPY_LITERAL, SNAPPY_COPY1, SNAPPY_COPY2 = 0, 1, 2
local CHUNK_COMPRESSED, CHUNK_STORED, CHUNK_SKIPPABLE = 0x00, 0x01, 0x80
local CHUNK_HEADER, CHUNK_CHECKSUM = 4, 4
local SNAPPY_MAGIC = "\xff\x06\x00\x00sNaPpY"

local commands = { [PUSH] = "PUSH", [ACK] = "ACK", [WASK] = "WASK", [WINS] = "WINS" }
local fec_types = { [DATA] = "data", [PARITY] = "parity", [OUT_OF_BAND] = "out of band" }
local smux_commands = { [0] = "SYN", [1] = "FIN", [2] = "PSH", [3] = "NOP", [4] = "UPD" }

local f = {
  envelope = ProtoField.bytes("kcptun.envelope", "Nonce and checksum"),
  fec_seqid = ProtoField.uint32("kcptun.fec.seqid", "FEC sequence number"),
  fec_type = ProtoField.uint16("kcptun.fec.type", "FEC type", base.HEX, fec_types),
  fec_size = ProtoField.uint16("kcptun.fec.size", "Size, itself included"),
  fec_parity = ProtoField.bytes("kcptun.fec.parity", "Parity"),
  conv = ProtoField.uint32("kcptun.kcp.conv", "Conversation", base.HEX),
  cmd = ProtoField.uint8("kcptun.kcp.cmd", "Command", base.DEC, commands),
  frg = ProtoField.uint8("kcptun.kcp.frg", "Fragments that follow"),
  wnd = ProtoField.uint16("kcptun.kcp.wnd", "Free receive window, segments"),
  ts = ProtoField.uint32("kcptun.kcp.ts", "Timestamp, ms"),
  sn = ProtoField.uint32("kcptun.kcp.sn", "Sequence number"),
  una = ProtoField.uint32("kcptun.kcp.una", "Unacknowledged: next number expected"),
  len = ProtoField.uint32("kcptun.kcp.len", "Payload length"),
  payload = ProtoField.bytes("kcptun.kcp.payload", "Payload"),
  retransmission = ProtoField.bool("kcptun.kcp.retransmission", "Retransmission"),
  duplicate = ProtoField.bool("kcptun.kcp.duplicate", "Copied by the path"),
  first = ProtoField.framenum("kcptun.kcp.first_frame", "First seen in"),
  compressed = ProtoField.bool("kcptun.compressed", "Compressed stream"),
  ver = ProtoField.uint8("kcptun.smux.version", "Version"),
  scmd = ProtoField.uint8("kcptun.smux.cmd", "Command", base.DEC, smux_commands),
  slen = ProtoField.uint16("kcptun.smux.len", "Payload length"),
  sid = ProtoField.uint32("kcptun.smux.stream", "Stream"),
  consumed = ProtoField.uint32("kcptun.smux.consumed", "Bytes consumed"),
  window = ProtoField.uint32("kcptun.smux.window", "Receive window, bytes"),
  data = ProtoField.bytes("kcptun.smux.data", "Data"),
}
proto.fields = f

local e = {
  retransmission = ProtoExpert.new("kcptun.kcp.expert.retransmission", "Retransmission",
    expert.group.SEQUENCE, expert.severity.NOTE),
  duplicate = ProtoExpert.new("kcptun.kcp.expert.duplicate", "Copied by the path",
    expert.group.SEQUENCE, expert.severity.CHAT),
  zero_window = ProtoExpert.new("kcptun.kcp.expert.zero_window", "The receive window is full",
    expert.group.SEQUENCE, expert.severity.WARN),
  malformed = ProtoExpert.new("kcptun.expert.malformed", "Not a KCP segment",
    expert.group.MALFORMED, expert.severity.ERROR),
  smux = ProtoExpert.new("kcptun.smux.expert.malformed", "Not a smux frame",
    expert.group.MALFORMED, expert.severity.WARN),
}
proto.experts = { e.retransmission, e.duplicate, e.zero_window, e.malformed, e.smux }

proto.prefs.heuristic = Pref.bool("Recognise unencrypted traffic on any port", true,
  "Looks for packets of --crypt null and --crypt none in every UDP datagram")
proto.prefs.smux = Pref.bool("Show smux frames", true, "Puts the stream of each conversation together")

-- What the first pass over the capture has learned. Streams are keyed by conversation and addresses.
local streams, frames, verdicts, enveloped

function proto.init()
  streams, frames, verdicts, enveloped = {}, {}, {}, {}
end

local function ends(pinfo)
  local from = string.format("%s|%d", tostring(pinfo.src), pinfo.src_port)
  local to = string.format("%s|%d", tostring(pinfo.dst), pinfo.dst_port)
  return from .. "|" .. to, to .. "|" .. from
end

local function stream_of(pinfo, conv)
  local key = string.format("%d|%s", conv, (ends(pinfo)))
  local stream = streams[key]
  if not stream then
    stream = { next = 0, waiting = {}, seen = {}, buffer = "", packed = "" }
    streams[key] = stream
  end
  return stream
end

-- Cuts complete smux frames off the stream; each belongs to the capture frame that completed it.
local function take_frames(stream, number)
  while not stream.broken and #stream.buffer >= SMUX_HEADER do
    local ver, cmd, low, high = stream.buffer:byte(1, 4)
    local length = low + 256 * high
    if (ver ~= 1 and ver ~= 2) or not smux_commands[cmd] then
      stream.broken = true
      frames[number] = frames[number] or {}
      table.insert(frames[number], false)
      return
    end
    if #stream.buffer < SMUX_HEADER + length then return end
    frames[number] = frames[number] or {}
    table.insert(frames[number], stream.buffer:sub(1, SMUX_HEADER + length))
    stream.buffer = stream.buffer:sub(SMUX_HEADER + length + 1)
  end
end

local function little_endian(bytes, at, count)
  local value = 0
  for i = count - 1, 0, -1 do value = value * 256 + bytes:byte(at + i) end
  return value
end

-- Expands a raw snappy block; throws if it is damaged.
local function expand(block)
  local out, at = {}, 1
  repeat
    at = at + 1
  until block:byte(at - 1) < 128
  while at <= #block do
    local tag = block:byte(at)
    local kind, high = tag % 4, math.floor(tag / 4)
    local length, offset = high + 1, nil
    at = at + 1
    if kind == SNAPPY_LITERAL then
      local extra = math.max(0, high - 59)
      if extra > 0 then length = little_endian(block, at, extra) + 1 end
      at = at + extra
      for i = at, at + length - 1 do out[#out + 1] = assert(block:sub(i, i)) end
      at = at + length
    else
      local size = kind == SNAPPY_COPY1 and 1 or kind == SNAPPY_COPY2 and 2 or 4
      offset = little_endian(block, at, size)
      if kind == SNAPPY_COPY1 then
        length = 4 + high % 8
        offset = offset + 256 * math.floor(high / 8)
      end
      at = at + size
      for _ = 1, length do out[#out + 1] = assert(out[#out + 1 - offset]) end
    end
  end
  return table.concat(out)
end

-- Moves complete chunks of the snappy framing format from the packed bytes to the stream.
local function unpack_chunks(stream)
  while #stream.packed >= CHUNK_HEADER do
    local kind, length = stream.packed:byte(1), little_endian(stream.packed, 2, 3)
    if #stream.packed < CHUNK_HEADER + length then return end
    local body = stream.packed:sub(CHUNK_HEADER + CHUNK_CHECKSUM + 1, CHUNK_HEADER + length)
    stream.packed = stream.packed:sub(CHUNK_HEADER + length + 1)
    if kind == CHUNK_STORED then
      stream.buffer = stream.buffer .. body
    elseif kind == CHUNK_COMPRESSED then
      local is_whole, plain = pcall(expand, body)
      if is_whole then stream.buffer = stream.buffer .. plain else stream.broken = true end
    elseif kind < CHUNK_SKIPPABLE then
      stream.broken = true
    end
    if stream.broken then return end
  end
end

-- Takes everything that is in order now.
local function advance(stream, number)
  while stream.waiting[stream.next] do
    local bytes = stream.waiting[stream.next]
    if stream.next == 0 then
      stream.compressed = bytes:sub(1, #SNAPPY_MAGIC) == SNAPPY_MAGIC
    end
    local store = stream.compressed and "packed" or "buffer"
    if not stream.broken then stream[store] = stream[store] .. bytes end
    stream.waiting[stream.next] = nil
    stream.next = (stream.next + 1) % 4294967296
  end
  if stream.compressed and not stream.broken then unpack_chunks(stream) end
  take_frames(stream, number)
end

-- First pass: has this number been sent before, and which frames does it complete?
local function learn(pinfo, conv, sn, ts, index, payload)
  local stream = stream_of(pinfo, conv)
  local key = pinfo.number * 64 + index
  local seen = stream.seen[sn]
  if not seen then
    stream.seen[sn] = { number = pinfo.number, last = ts }
    if proto.prefs.smux then
      stream.waiting[sn] = payload:bytes():raw()
      advance(stream, pinfo.number)
    end
    verdicts[key] = { stream = stream }
  else
    -- Every transmission has its own time, so that the same time again is a copy of the path.
    verdicts[key] = { stream = stream, first = seen.number, is_copy = seen.last == ts }
    seen.last = ts
  end
end

local function show_verdict(pinfo, index, tree)
  local verdict = verdicts[pinfo.number * 64 + index]
  if not verdict then return "" end
  if verdict.stream.compressed then tree:add(f.compressed, true):set_generated() end
  if not verdict.first then return "" end
  tree:add(f.first, verdict.first):set_generated()
  if verdict.is_copy then
    tree:add(f.duplicate, true):set_generated()
    tree:add_proto_expert_info(e.duplicate)
    return " [copy]"
  end
  tree:add(f.retransmission, true):set_generated()
  tree:add_proto_expert_info(e.retransmission)
  return " [retransmission]"
end

local function known_segment(tvb, at)
  return tvb:len() - at >= KCP_HEADER and commands[tvb(at + 4, 1):uint()] ~= nil
    and tvb(at + 20, 4):le_uint() <= tvb:len() - at - KCP_HEADER
end

local function dissect_segment(tvb, at, index, pinfo, tree)
  local length = tvb(at + 20, 4):le_uint()
  local cmd, sn = tvb(at + 4, 1):uint(), tvb(at + 12, 4):le_uint()
  local text = string.format("%s sn=%d una=%d wnd=%d", commands[cmd], sn,
    tvb(at + 16, 4):le_uint(), tvb(at + 6, 2):le_uint())
  if cmd == PUSH then text = text .. string.format(" len=%d", length) end
  local node = tree:add(proto, tvb(at, KCP_HEADER + length), "KCP " .. text)
  node:add_le(f.conv, tvb(at, 4))
  node:add_le(f.cmd, tvb(at + 4, 1))
  node:add_le(f.frg, tvb(at + 5, 1))
  local wnd = node:add_le(f.wnd, tvb(at + 6, 2))
  if tvb(at + 6, 2):le_uint() == 0 then wnd:add_proto_expert_info(e.zero_window) end
  node:add_le(f.ts, tvb(at + 8, 4))
  node:add_le(f.sn, tvb(at + 12, 4))
  node:add_le(f.una, tvb(at + 16, 4))
  node:add_le(f.len, tvb(at + 20, 4))
  if cmd == PUSH and length > 0 then
    local payload = tvb(at + KCP_HEADER, length)
    node:add(f.payload, payload)
    if not pinfo.visited then
      learn(pinfo, tvb(at, 4):le_uint(), sn, tvb(at + 8, 4):le_uint(), index, payload)
    end
    text = text .. show_verdict(pinfo, index, node)
  end
  return at + KCP_HEADER + length, text
end

local function dissect_smux(pinfo, tree)
  local info = {}
  for _, bytes in ipairs(frames[pinfo.number] or {}) do
    if not bytes then
      tree:add_proto_expert_info(e.smux)
      return info
    end
    local tvb = ByteArray.new(bytes, true):tvb("smux frame")
    local cmd, length = tvb(1, 1):uint(), tvb(2, 2):le_uint()
    local text = string.format("%s stream=%d", smux_commands[cmd], tvb(4, 4):le_uint())
    if length > 0 then text = text .. string.format(" len=%d", length) end
    local node = tree:add(proto, tvb(), "smux " .. text)
    node:add_le(f.ver, tvb(0, 1))
    node:add_le(f.scmd, tvb(1, 1))
    node:add_le(f.slen, tvb(2, 2))
    node:add_le(f.sid, tvb(4, 4))
    if cmd == SMUX_UPD and length == 8 then
      node:add_le(f.consumed, tvb(8, 4))
      node:add_le(f.window, tvb(12, 4))
    elseif length > 0 then
      node:add(f.data, tvb(8, length))
    end
    info[#info + 1] = text
  end
  return info
end

-- Returns where the KCP packet begins, or nothing if there is none.
local function dissect_fec(tvb, tree, info)
  local kind = tvb(4, 2):le_uint()
  local text = string.format("FEC %s seqid=%d", fec_types[kind], tvb(0, 4):le_uint())
  local node = tree:add(proto, tvb(0, kind == PARITY and tvb:len() or FEC_HEADER), text)
  node:add_le(f.fec_seqid, tvb(0, 4))
  node:add_le(f.fec_type, tvb(4, 2))
  info[#info + 1] = text
  if kind ~= DATA then
    node:add(f.fec_parity, tvb(6))
    return nil
  end
  node:add_le(f.fec_size, tvb(6, 2))
  return FEC_HEADER
end

local function is_fec(tvb)
  return tvb:len() >= FEC_HEADER and fec_types[tvb(4, 2):le_uint()] ~= nil
end

local function dissect(tvb, pinfo, tree)
  pinfo.cols.protocol = "kcptun"
  local root = tree:add(proto, tvb())
  local info, at, index = {}, 0, 0
  if is_fec(tvb) then at = dissect_fec(tvb, root, info) end
  while at and at < tvb:len() do
    if not known_segment(tvb, at) then
      root:add_proto_expert_info(e.malformed)
      info[#info + 1] = "[not KCP]"
      break
    end
    at, info[#info + 1] = dissect_segment(tvb, at, index, pinfo, root)
    index = index + 1
  end
  for _, text in ipairs(dissect_smux(pinfo, root)) do info[#info + 1] = text end
  pinfo.cols.info = table.concat(info, " | ")
end

-- Whether the bytes are a data packet beyond doubt: every length in it fits.
local function is_packet(tvb)
  local at = 0
  if is_fec(tvb) then
    if tvb(4, 2):le_uint() ~= DATA or tvb(6, 2):le_uint() ~= tvb:len() - 6 then return false end
    at = FEC_HEADER
  end
  if at == tvb:len() then return false end
  while at < tvb:len() do
    if not known_segment(tvb, at) then return false end
    at = at + KCP_HEADER + tvb(at + 20, 4):le_uint()
  end
  return true
end

-- Bytes in front of the packet. Parity does not tell, so that what came before it between the same ends decides.
local function envelope_of(tvb, pinfo)
  local there, back = ends(pinfo)
  if is_packet(tvb) then return 0 end
  if tvb:len() > ENVELOPE and is_packet(tvb(ENVELOPE):tvb()) then
    enveloped[there], enveloped[back] = true, true
    return ENVELOPE
  end
  return tvb:len() > ENVELOPE and enveloped[there] and ENVELOPE or 0
end

function proto.dissector(tvb, pinfo, tree)
  local envelope = envelope_of(tvb, pinfo)
  if envelope > 0 then tree:add(f.envelope, tvb(0, envelope)) end
  dissect(envelope > 0 and tvb(envelope):tvb() or tvb, pinfo, tree)
  return tvb:len()
end

proto:register_heuristic("udp", function(tvb, pinfo, tree)
  if not proto.prefs.heuristic or tvb:len() < KCP_HEADER then return false end
  local is_enveloped = tvb:len() > ENVELOPE and is_packet(tvb(ENVELOPE):tvb())
  if not is_enveloped and not is_packet(tvb) then return false end
  -- Parity is told from noise only by the conversation it is in.
  pinfo.conversation = proto
  proto.dissector(tvb, pinfo, tree)
  return true
end)

DissectorTable.get("udp.port"):add(PLAIN_PORT, proto)
