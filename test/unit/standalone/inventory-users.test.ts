import { chmod, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { type Inventory, stableId } from '../../../src/standalone/inventory.ts'
import { addSection, setKey } from '../../../src/standalone/inventory-edit.ts'
import { loadInventory } from '../../../src/standalone/inventory-file.ts'
import { InventoryUsers } from '../../../src/standalone/inventory-users.ts'
import { Passwords } from '../../../src/standalone/passwords.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

const edit = { kind: 'user', name: 'ada', key: 'password_hash', value: 'X' }
const set = (text: string, change = {}): string =>
  setKey(Buffer.from(text), { ...edit, ...change }, 'inventory.ini').toString()

test.each([
  [
    'the one line',
    '[user ada]\npassword_hash=old\nadmin = yes\n',
    '[user ada]\npassword_hash = X\nadmin = yes\n',
  ],
  ['with its indent', '[user ada]\r\n\t password_hash = a\r\n', '[user ada]\r\n\t password_hash = X\r\n'],
  ['without a line end', '[user ada]\npassword_hash = a', '[user ada]\npassword_hash = X'],
  [
    'a new one',
    '# top\n[user  ada] # first\r\nadmin = yes\r\n',
    '# top\n[user  ada] # first\r\npassword_hash = X\r\nadmin = yes\r\n',
  ],
  ['a new one at the very end', '[user bob]\n[user ada]', '[user bob]\n[user ada]\npassword_hash = X\n'],
  [
    'of this section only',
    '[user bob]\npassword_hash = b\n[user ada]\npassword_hash = a\n[user eve]\npassword_hash = e\n',
    '[user bob]\npassword_hash = b\n[user ada]\npassword_hash = X\n[user eve]\npassword_hash = e\n',
  ],
  [
    'not a comment',
    '[user ada]\n# password_hash = a\n',
    '[user ada]\npassword_hash = X\n# password_hash = a\n',
  ],
])('setting a key changes %s', (_what, before, after) => {
  expect(set(before)).toBe(after)
})

test('setting a key takes the place of the keys that mean the same', () => {
  const change = { instead: ['password_file'] }
  expect(set('[user ada]\npassword_file = p\nadmin = no\npassword_hash = h\n', change)).toBe(
    '[user ada]\npassword_hash = X\nadmin = no\n',
  )
})

test('bytes that are no UTF-8, a byte order mark and mixed line ends stay as they are', () => {
  const head = Buffer.from([0xef, 0xbb, 0xbf, 0x23, 0xff, 0xfe, 0x85, 0xa0, 0x0d, 0x0a, 0x0d, 0x0a, 0x0a])
  const before = Buffer.concat([head, Buffer.from('[user ada]\rpassword_hash = a\r# \u2028堡垒\n')])
  const after = setKey(before, edit, 'inventory.ini')
  expect(after).toEqual(Buffer.concat([head, Buffer.from('[user ada]\rpassword_hash = X\r# \u2028堡垒\n')]))
  expect(addSection(before, edit, [['name', 'a#b']]).subarray(0, before.length)).toEqual(before)
})

test('a section is added after a blank line, with what needs quotes in quotes', () => {
  const add = (text: string): string =>
    addSection(Buffer.from(text), edit, [['name', 'a "b" #1']])
      .toString()
      .slice(text.length)
  const section = '[user ada]\nname = "a \\"b\\" #1"\n'
  expect(add('')).toBe(section)
  expect(add('[user bob]\n')).toBe(`\n${section}`)
  expect(add('[user bob]\n\n')).toBe(section)
  expect(add('[user bob]')).toBe(`\n\n${section}`)
  expect(add('[user bob]\r\n')).toBe(`\r\n${section.replaceAll('\n', '\r\n')}`)
})

const TEXT = '# people\r\n[user ada]\r\npassword_file = ada.password   \r\n; the end\n[asset a]\naddress = x'

async function inventory(text: string | undefined = TEXT) {
  const directory = await temporaryDirectory()
  const file = join(directory.path, 'inventory.ini')
  await writeFile(join(directory.path, 'ada.password'), 'first\n', { mode: 0o600 })
  if (text !== '') await writeFile(file, text, { mode: 0o640 })
  const passwords = new Passwords()
  return {
    file,
    path: directory.path,
    users: new InventoryUsers(file, passwords),
    text: () => readFile(file, 'utf8'),
    load: (): Promise<Inventory> => loadInventory(file, passwords),
    knows: async (name: string, password: string): Promise<boolean> => {
      const user = (await loadInventory(file, passwords)).users.get(stableId('user', name))
      return await passwords.verify(new Secret(password), user?.passwordHash)
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  }
}

test('a new password replaces one line, keeps the mode of the file, and holds', async () => {
  await using world = await inventory()
  await world.users.setPassword('ada', new Secret('second "#; 密码'))
  const text = await world.text()
  const [before, after] = TEXT.split('password_file = ada.password   ')
  expect(text.startsWith(`${before}password_hash = $scrypt$`)).toBe(true)
  expect(text.endsWith(after ?? '?')).toBe(true)
  expect(text.split('\n')).toHaveLength(TEXT.split('\n').length)
  expect((await stat(world.file)).mode & 0o777).toBe(0o640)
  expect(await world.knows('ada', 'second "#; 密码')).toBe(true)
  expect(await readdir(world.path)).toEqual(['ada.password', 'inventory.ini'])
})

test('a new user comes at the end, once; the first one makes the file, for its owner only', async () => {
  await using world = await inventory()
  await world.users.add('bob', new Secret('p'))
  expect((await world.text()).startsWith(`${TEXT}\r\n\r\n[user bob]\r\npassword_hash = $scrypt$`)).toBe(true)
  await expect(world.users.add('bob', new Secret('p'))).rejects.toThrow(/has a user bob already/)
  await using empty = await inventory('')
  await empty.users.add('zhang.san@example', new Secret('p'))
  expect(await empty.knows('zhang.san@example', 'p')).toBe(true)
  expect((await stat(empty.file)).mode & 0o777).toBe(0o600)
})

test('a file behind a link is replaced where it is', async () => {
  await using world = await inventory()
  const link = join(world.path, 'link.ini')
  await symlink('inventory.ini', link)
  await new InventoryUsers(link, new Passwords()).add('bob', new Secret('p'))
  expect(await readlink(link)).toBe('inventory.ini')
  expect(await world.text()).toContain('[user bob]')
})

test('nothing is changed for a name that cannot be, a user who is not there, or a wrong inventory', async () => {
  await using world = await inventory()
  const password = new Secret('p')
  for (const name of ['', 'a b', 'a,b', '*', 'a]', 'a#b', 'a\nb', '\u001b[1m', 'x'.repeat(129)]) {
    await expect(world.users.add(name, password)).rejects.toThrow(/cannot be a user's name/)
  }
  await expect(world.users.setPassword('eve', password)).rejects.toThrow(/has no user "eve"/)
  await expect(world.users.setTotp('eve')).rejects.toThrow(/has no user "eve"/)
  expect(await world.text()).toBe(TEXT)
  const wrong = '[user ada]\nadmin = 7\n'
  await writeFile(world.file, wrong)
  const changes = [
    () => world.users.add('bob', password),
    () => world.users.setPassword('ada', password),
    () => world.users.setTotp('ada'),
  ]
  for (const change of changes) {
    await expect(change()).rejects.toThrow(/inventory\.ini:2: \[user ada\] admin must be yes or no/)
  }
  expect(await world.text()).toBe(wrong)
  expect((await readdir(world.path, { recursive: true })).sort()).toEqual([
    'ada.password',
    'inventory.ini',
    'totp',
  ])
})

test('a TOTP secret stands in a file of its own, and is another one at the next time', async () => {
  await using world = await inventory()
  const first = await world.users.setTotp('ada')
  expect(await world.text()).toBe(
    TEXT.replace('[user ada]\r\n', '[user ada]\r\ntotp_secret_file = totp/ada\r\n'),
  )
  expect((await stat(first.file)).mode & 0o777).toBe(0o600)
  const secretOf = async () => (await world.load()).users.get(stableId('user', 'ada'))?.totpSecret?.reveal()
  expect(first.secret.reveal()).toMatch(/^[A-Z2-7]{32}$/)
  expect(await secretOf()).toBe(first.secret.reveal())
  const after = await world.text()
  const second = await world.users.setTotp('ada')
  expect(second.secret.reveal()).not.toBe(first.secret.reveal())
  expect(await secretOf()).toBe(second.secret.reveal())
  expect(await world.text()).toBe(after)
})

test('an inventory that cannot be read is told, not replaced', async () => {
  await using world = await inventory()
  await chmod(world.file, 0o600)
  const users = new InventoryUsers(join(world.file, 'x'), new Passwords())
  await expect(users.add('bob', new Secret('p'))).rejects.toThrow(/cannot be read: ENOTDIR/)
})
