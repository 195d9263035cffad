/** CRC-16/XMODEM: polynomial 0x1021, from 0. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (TABLE_16[(crc >> 8) ^ byte] ?? 0)
  return crc
}

/** CRC-32 as of Ethernet. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE_32[(crc ^ byte) & 0xff] ?? 0)
  return (crc ^ 0xffffffff) >>> 0
}

const TABLE_16 = table((byte) => {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff
  return crc
})

const TABLE_32 = table((byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  return crc
})

function table(of: (byte: number) => number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => of(byte))
}
