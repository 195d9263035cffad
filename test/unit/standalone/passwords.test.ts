import { scryptSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { PASSWORD_HASH, Passwords, PasswordsBusy } from '../../../src/standalone/passwords.ts'

test('a hash is scrypt with N=2^17 and r=8, salted, and fits its password only', async () => {
  const passwords = new Passwords()
  const [one, two] = [
    await passwords.hash(new Secret('pässword 密码')),
    await passwords.hash(new Secret('pässword 密码')),
  ]
  expect(one).toMatch(PASSWORD_HASH)
  expect(one).not.toBe(two)
  const [salt = '', hash = ''] = one.split('$').slice(-2)
  const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 }
  const expected = scryptSync('pässword 密码', Buffer.from(salt, 'base64'), 32, cost)
  expect(Buffer.from(hash, 'base64').equals(expected)).toBe(true)
  expect(await passwords.verify(new Secret('pässword 密码'), one)).toBe(true)
  // The same word as another keyboard composes it.
  expect(await passwords.verify(new Secret('pa\u0308ssword 密码'), one)).toBe(true)
  expect(await passwords.verify(new Secret('other'), one)).toBe(false)
})

test('nobody, and a damaged hash, never fit, not even an empty password', async () => {
  const passwords = new Passwords()
  for (const stored of [undefined, '', '$scrypt$ln=17,r=8,p=1$x$y']) {
    expect(await passwords.verify(new Secret(''), stored)).toBe(false)
  }
})

test('a user who does not exist costs a hash like any other', async () => {
  const passwords = new Passwords({ most: 1, mostWaiting: 0 })
  const first = passwords.verify(new Secret('x'), undefined)
  // The one place is taken by the work for nobody.
  await expect(passwords.verify(new Secret('x'), undefined)).rejects.toBeInstanceOf(PasswordsBusy)
  expect(await first).toBe(false)
})

test('what waits is served in turn, and more than may wait is refused', async () => {
  const passwords = new Passwords({ most: 1, mostWaiting: 1 })
  const order: string[] = []
  const first = passwords.hash(new Secret('a')).then(() => order.push('first'))
  const second = passwords.hash(new Secret('b')).then(() => order.push('second'))
  await expect(passwords.hash(new Secret('c'))).rejects.toBeInstanceOf(PasswordsBusy)
  await Promise.all([first, second])
  expect(order).toEqual(['first', 'second'])
  await passwords.hash(new Secret('d'))
})
