import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { checkInventory } from '../../../src/cli/check-inventory.ts'
import type { CliIo } from '../../../src/cli/io.ts'
import { user } from '../../../src/cli/user.ts'
import { stableId } from '../../../src/standalone/inventory.ts'
import { loadInventory } from '../../../src/standalone/inventory-file.ts'
import { Passwords } from '../../../src/standalone/passwords.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { until } from '../../fixtures/until.ts'

/** Runs a command with streams in place of a terminal or a pipe. */
async function world({ tty = false } = {}) {
  const directory = await temporaryDirectory()
  const file = join(directory.path, 'inventory.ini')
  const modes: boolean[] = []
  const stdin = Object.assign(new PassThrough(), {
    isTTY: tty,
    setRawMode: (raw: boolean) => modes.push(raw),
  })
  const shown = { out: '', err: '' }
  const stdout = new PassThrough().on('data', (chunk: Buffer) => {
    shown.out += chunk.toString()
  })
  const stderr = new PassThrough().on('data', (chunk: Buffer) => {
    shown.err += chunk.toString()
  })
  const io: CliIo = { stdin, stdout, stderr, env: {}, cwd: directory.path }
  const passwords = new Passwords()
  return {
    file,
    stdin,
    modes,
    shown,
    io,
    user: (...words: string[]) => user([...words, '--inventory', file], io),
    check: (...words: string[]) => checkInventory(words, io),
    text: () => readFile(file, 'utf8'),
    knows: async (name: string, password: string): Promise<boolean> => {
      const known = (await loadInventory(file, passwords)).users.get(stableId('user', name))
      return await passwords.verify(new Secret(password), known?.passwordHash)
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  }
}

test('a user is added with the password of the first line of stdin, as a hash', async () => {
  await using cli = await world()
  cli.stdin.end('two words\r\nnot this\n')
  expect(await cli.user('add', 'ada')).toBe(0)
  expect(await cli.knows('ada', 'two words')).toBe(true)
  expect(await cli.text()).not.toContain('two words')
  expect(cli.shown.out).toContain('ada was added to')
})

test('a password without a line end counts, an empty one does not, nor one that is no UTF-8', async () => {
  await using first = await world()
  first.stdin.end('p')
  await first.user('add', 'ada')
  expect(await first.knows('ada', 'p')).toBe(true)
  for (const input of [
    Buffer.from('\n'),
    Buffer.alloc(0),
    Buffer.from([0xff, 0x0a]),
    Buffer.alloc(9000, 'x'),
  ]) {
    await using cli = await world()
    cli.stdin.end(input)
    await expect(cli.user('add', 'ada')).rejects.toMatchObject({ code: 'PASSWORD_INPUT' })
    await expect(cli.text()).rejects.toThrow(/ENOENT/)
  }
})

test('at a terminal the password is typed twice, nothing of it is shown, and the terminal is given back', async () => {
  await using cli = await world({ tty: true })
  const done = cli.user('add', 'ada')
  await until(() => cli.shown.err === 'Password for ada: ')
  for (const key of 'x\u0015s\u00e9crey\u007ft\r') cli.stdin.write(key)
  await until(() => cli.shown.err.endsWith('\nOnce more: '))
  cli.stdin.write('s\u00e9cret\r')
  expect(await done).toBe(0)
  expect(await cli.knows('ada', 's\u00e9cret')).toBe(true)
  expect(cli.shown.err).toBe('Password for ada: \nOnce more: \n')
  expect(cli.modes).toEqual([true, false])
})

test.each([
  ['two different passwords', 'one\rtwo\r', /two different passwords/],
  ['^C', 'one\u0003', /interrupted/],
  ['^D', '\u0004', /the password is empty/],
])('%s at a terminal changes nothing', async (_what, typed, message) => {
  await using cli = await world({ tty: true })
  cli.stdin.write(typed)
  await expect(cli.user('add', 'ada')).rejects.toThrow(message)
  expect(cli.modes).toEqual([true, false])
  await expect(cli.text()).rejects.toThrow(/ENOENT/)
})

test('another password replaces one line of the file', async () => {
  await using cli = await world()
  await writeFile(cli.file, '# top\n[user ada]\nname = Ada # not\n'.replace(' # not', ''), { mode: 0o600 })
  cli.stdin.end('new\n')
  expect(await cli.user('passwd', 'ada')).toBe(0)
  expect(await cli.text()).toMatch(/^# top\n\[user ada\]\npassword_hash = \$scrypt\$.*\nname = Ada\n$/)
  expect(await cli.knows('ada', 'new')).toBe(true)
})

test('a second factor is shown once, as key and as link, and stands in a file of its own', async () => {
  await using cli = await world()
  await writeFile(cli.file, '[user ada]\n', { mode: 0o600 })
  expect(await cli.user('totp', 'ada')).toBe(0)
  const secret = (await readFile(join(cli.file, '../totp/ada'), 'utf8')).trim()
  expect(cli.shown.out).toContain(`key   ${secret}\n`)
  expect(cli.shown.out).toContain(
    `otpauth://totp/cocod:ada?secret=${secret}&issuer=cocod&algorithm=SHA1&digits=6&period=30\n`,
  )
  expect(await cli.text()).toBe('[user ada]\ntotp_secret_file = totp/ada\n')
})

test('wrong words are told with the right ones; nothing is asked for a user who is there or is not', async () => {
  await using cli = await world()
  await writeFile(cli.file, '[user ada]\n', { mode: 0o600 })
  await expect(cli.user('remove', 'ada')).rejects.toMatchObject({
    code: 'USAGE',
    next: /add NAME \| passwd NAME/,
  })
  await expect(cli.user('add')).rejects.toThrow(/needs the name of a user/)
  await expect(cli.user('passwd', 'ada', 'hunter2')).rejects.toThrow(
    /^((?!hunter2).)*a password is asked for$/,
  )
  await expect(user(['add', 'ada'], cli.io)).rejects.toThrow(/no inventory to change/)
  await expect(cli.user('add', 'ada')).rejects.toThrow(/has a user ada already/)
  await expect(cli.user('passwd', 'bob')).rejects.toThrow(/has no user "bob"/)
})

test('a good inventory is told with what is in it', async () => {
  await using cli = await world()
  await writeFile(cli.file, '[user ada]\n[user bob]\n[asset a]\naddress = x\n')
  expect(await cli.check('inventory.ini')).toBe(0)
  expect(cli.shown.out).toBe(`${cli.file}: good; 2 users, 1 asset, 0 accounts, 0 permissions, 0 rules\n`)
  expect(await cli.check('--inventory', cli.file)).toBe(0)
})

test('a wrong inventory is told with every fault at once, by file, line and key, and exit code 78', async () => {
  await using cli = await world()
  await writeFile(
    cli.file,
    '[user ada]\nadmin = 7\n[asset a]\naddress = x#y\naccounts = rot\n[account root]\n[rule r]\nregex = (\nnonsense\n',
  )
  expect(await cli.check('inventory.ini')).toBe(78)
  const found = cli.shown.out.split('\n').filter((line) => line.startsWith(cli.file))
  expect(found.map((line) => line.slice(cli.file.length + 1))).toEqual([
    '2: [user ada] admin must be yes or no',
    '4: address: the value holds a "#" outside quotes',
    '8: [rule r] regex is no regular expression',
    '9: the line has no "="',
  ])
  expect(cli.shown.out).toContain('\n    Put the value in double quotes')
  expect(await cli.check('none.ini')).toBe(78)
  expect(cli.shown.out).toContain('none.ini: cannot be read: ENOENT')
  await expect(cli.check()).rejects.toThrow(/no inventory to check/)
})
