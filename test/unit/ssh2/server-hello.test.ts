import { expect, test } from 'vitest'
import { presetFor, ServerHello } from '../../../src/ssh2/server-hello.ts'

function kexinit(lists: readonly string[]): Buffer {
  const fields = lists.map((names) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(names.length)
    return Buffer.concat([length, Buffer.from(names)])
  })
  const payload = Buffer.concat([Buffer.of(20), Buffer.alloc(16), ...fields, Buffer.alloc(5)])
  const head = Buffer.alloc(5)
  head.writeUInt32BE(payload.length + 5)
  head[4] = 4
  return Buffer.concat([head, payload, Buffer.alloc(4)])
}

const LISTS = [
  'curve25519-sha256',
  'ssh-ed25519',
  'aes256-ctr',
  'aes256-ctr',
  'hmac-sha1',
  'hmac-sha1',
  'none',
  'none',
  '',
  '',
]

test('the greeting and the lists are read, however they are cut', () => {
  const whole = Buffer.concat([
    Buffer.from('Hello\r\nSSH-2.0-test_1\r\n'),
    kexinit(LISTS),
    Buffer.from('rest'),
  ])
  for (let size = 1; size <= whole.length; size++) {
    const hello = new ServerHello()
    for (let at = 0; at < whole.length; at += size) hello.feed(whole.subarray(at, at + size))
    expect(hello.ident).toBe('SSH-2.0-test_1')
    expect(hello.lists).toMatchObject({
      kex: ['curve25519-sha256'],
      cipherIn: ['aes256-ctr'],
      macOut: ['hmac-sha1'],
    })
  }
})

test('a MAC counts only with a cipher that needs one', () => {
  const of = (lists: readonly string[]) => {
    const hello = new ServerHello()
    hello.feed(Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), kexinit(lists)]))
    if (!hello.lists) throw new Error('no lists')
    return presetFor(hello.lists)
  }
  expect(of(LISTS)).toBe('legacy')
  expect(of(LISTS.map((name) => name.replace('aes256-ctr', 'aes256-gcm@openssh.com')))).toBe('modern')
  expect(of(LISTS.map((name) => name.replace('curve25519-sha256', 'mlkem768x25519-sha256')))).toBeUndefined()
})

test.each([
  ['a length that lies', Buffer.from('SSH-2.0-x\r\n\xff\xff\xff\xff\x00\x14', 'latin1')],
  ['a list that lies', Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), kexinit(LISTS).fill(0xff, 22, 26)])],
  ['another packet', Buffer.from('SSH-2.0-x\r\n\x00\x00\x00\x0c\x0a\x02aaaaaaaaaaaa', 'latin1')],
  ['an endless greeting', Buffer.alloc(70_000, 'a')],
])('%s gives no lists, and nothing is kept', (_what, bytes) => {
  const hello = new ServerHello()
  hello.feed(bytes)
  hello.feed(Buffer.alloc(70_000, 'b'))
  hello.feed(kexinit(LISTS))
  expect(hello.lists).toBeUndefined()
})
