import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { type AlgorithmPreset, assetAlgorithms, userAlgorithms } from '../../../src/ssh2/algorithms.ts'
import { generateHostKey } from '../../../src/ssh2/keys.ts'
import { Client, Server } from '../../../src/ssh2/library.ts'
import { nameLists } from '../../fixtures/kexinit.ts'

/** The name-lists of a KEXINIT (RFC 4253 section 7.1) as a client really sends it. */
async function kexinitOf(preset: AlgorithmPreset): Promise<string[][]> {
  const chunks: Buffer[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined).write('SSH-2.0-reader\r\n')
    socket.on('data', (bytes) => {
      chunks.push(bytes)
      server.emit('bytes')
    })
  })
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const client = new Client()
  client.on('error', () => undefined)
  client.connect({ host: '127.0.0.1', port, username: 'test', algorithms: assetAlgorithms(preset) })
  onTestFinished(() => void client.destroy())
  for (;;) {
    await once(server, 'bytes')
    const all = Buffer.concat(chunks)
    const start = all.indexOf('\r\n') + 2
    if (start > 1 && all.length >= start + 4 && all.length >= start + 4 + all.readUInt32BE(start)) {
      return nameLists(all.subarray(start))
    }
  }
}

test('a KEXINIT to an asset has strict key exchange and exactly our lists', async () => {
  const [kex, hostKey, cipherOut, cipherIn, macOut, macIn, compressOut, compressIn] =
    await kexinitOf('modern')
  const ours = assetAlgorithms()
  expect(kex).toEqual([
    ...(Array.isArray(ours.kex) ? ours.kex : []),
    'ext-info-c',
    'kex-strict-c-v00@openssh.com',
  ])
  expect(hostKey).toEqual(ours.serverHostKey)
  expect([cipherOut, cipherIn]).toEqual([ours.cipher, ours.cipher])
  expect([macOut, macIn]).toEqual([ours.hmac, ours.hmac])
  expect([compressOut, compressIn]).toEqual([['none'], ['none']])
})

test.each(['modern', 'compatible'] as const)('the %s preset has nothing broken in it', (preset) => {
  const all = JSON.stringify(assetAlgorithms(preset))
  expect(all).not.toMatch(/sha1|cbc|md5|arcfour|"ssh-rsa"|ssh-dss|zlib|group1[78]|group1-/)
})

test('the legacy preset adds SHA-1 and CBC after all that is better, and never what is hopeless', async () => {
  const [kex = [], hostKey = []] = await kexinitOf('legacy')
  expect(kex.indexOf('diffie-hellman-group1-sha1')).toBeGreaterThan(kex.indexOf('ecdh-sha2-nistp521'))
  expect(hostKey.at(-1)).toBe('ssh-rsa')
  expect(JSON.stringify(assetAlgorithms('legacy'))).not.toMatch(/md5|arcfour|ssh-dss|zlib|blowfish/)
})

test('users are offered nothing slow, broken or compressed, and the library can serve all of it', async () => {
  const lists = userAlgorithms()
  expect(JSON.stringify(lists)).not.toMatch(
    /sha1|cbc|md5|"ssh-rsa"|zlib|group1[578]|exchange|nistp521|chacha/,
  )
  const { privateKey } = await generateHostKey('rsa')
  expect(() => new Server({ hostKeys: [privateKey], algorithms: lists }, () => undefined)).not.toThrow()
})

test('a caller may change the lists it got without changing those of the next', () => {
  const first = userAlgorithms()
  if (Array.isArray(first.kex)) first.kex.length = 0
  expect(userAlgorithms().kex).not.toEqual([])
})
