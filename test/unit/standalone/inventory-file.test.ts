import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { IniError } from '../../../src/base/ini.ts'
import { Secret } from '../../../src/base/secret.ts'
import { type Inventory, stableId } from '../../../src/standalone/inventory.ts'
import { loadInventory } from '../../../src/standalone/inventory-file.ts'
import { inventoryOptions } from '../../../src/standalone/inventory-options.ts'
import { Passwords } from '../../../src/standalone/passwords.ts'

const HASH = `$scrypt$ln=17,r=8,p=1$${'A'.repeat(22)}$${'B'.repeat(43)}`
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG zhangsan@laptop'

let directory: string
let file: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cocod-inventory-'))
  file = join(directory, 'inventory.ini')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

async function load(text: string, mode = 0o600): Promise<Inventory> {
  await writeFile(file, text, { mode })
  return await loadInventory(file, new Passwords())
}

/** What is wrong with a file, as `line message | next`. */
async function faults(text: string, mode = 0o600): Promise<readonly string[]> {
  const fault: unknown = await load(text, mode).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(fault instanceof IniError)) throw new Error(`not refused as it should be: ${String(fault)}`)
  for (const { line } of fault.problems) expect(fault.message).toContain(`${file}:${line}: `)
  return fault.problems.map(({ line, message, next }) => `${line} ${message} | ${next}`)
}

const MINIMAL = `[user ada]
password_hash = ${HASH}
[account root]
username = root
[asset web-01.example.com]
address = 10.0.0.1
accounts = root
[permission all]
users = ada
assets = *
`

describe('an inventory', () => {
  test('may set options of its assets, accounts and gateways, and a typo among them is told with its line', async () => {
    const text = MINIMAL.replace(
      '[asset web',
      '[gateway gw]\naddress = 10.0.0.9\nusername = g\npassword = x\nkeepalive = 5\n[asset web',
    )
      .replace('accounts = root', 'accounts = root\ngateways = gw\nalgorithms = legacy')
      .replace('username = root', 'username = root\ncharset = gbk')
    const inventory = await load(text)
    const options = inventoryOptions({ current: inventory })
    expect(options.asset(stableId('asset', 'web-01.example.com'))).toEqual({ algorithms: 'legacy' })
    expect(options.account(stableId('account', 'root'))).toEqual({ charset: 'gbk' })
    expect(options.gateway(stableId('gateway', 'gw'))).toEqual({ keepalive: 5 })
    expect(options.asset('another')).toBeUndefined()
    expect(await faults(text.replace('algorithms =', 'algorithm ='))).toEqual([
      '15 [asset web-01.example.com] knows no key algorithm | Did you mean algorithms?',
    ])
  })

  test('is read whole', async () => {
    await writeFile(join(directory, 'root.key'), '-----BEGIN X-----\n-----END X-----\n', { mode: 0o600 })
    await writeFile(join(directory, 'ops.password'), 'two words#;\n', { mode: 0o600 })
    await writeFile(join(directory, 'keys.pub'), `# laptop\n${KEY}\n\n`)
    const inventory = await load(`# who
[user zhang.san]
name = 张三
password_hash = ${HASH}
public_key = ${KEY}
public_key_2 = ssh-rsa AAAAB3NzaC1yc2E= desk
public_key_file = keys.pub
admin = yes

[account root_key]
username = root
private_key_file = root.key
priority = 100
[account ops]
username = ops
password_file = ops.password
[account local]
username = local
password = "in #line"
[account ask]

[asset web-01.example.com]
address = 10.0.0.1
port = 2222
comment = "front; first"
accounts = root_key, ops, ask
[asset switch]
address = fe80::1
protocols = ssh/22, telnet/23
platform = Other
accounts = local

[permission web]
users = zhang.san
assets = web-01.example.com
accounts = root_key
actions = connect, upload_file
from = 2026-01-01
until = 2026-12-31T18:00:00+08:00
[permission rest]
users = *
assets = *
`)
    const user = inventory.users.get(stableId('user', 'zhang.san'))
    expect(user).toMatchObject({ username: 'zhang.san', name: '张三', passwordHash: HASH, admin: true })
    expect(user?.publicKeys).toEqual([
      'AAAAC3NzaC1lZDI1NTE5AAAAIG',
      'AAAAB3NzaC1yc2E=',
      'AAAAC3NzaC1lZDI1NTE5AAAAIG',
    ])
    const account = (name: string) => inventory.accounts.get(stableId('account', name))
    expect(account('root_key')).toMatchObject({ username: 'root', priority: 100, protocol: 'ssh' })
    expect(account('root_key')?.privateKey?.reveal()).toBe('-----BEGIN X-----\n-----END X-----\n')
    expect(account('ops')?.password?.reveal()).toBe('two words#;')
    expect(account('local')?.password?.reveal()).toBe('in #line')
    expect(account('ask')).toMatchObject({
      username: '',
      priority: 20,
      password: undefined,
      privateKey: undefined,
    })
    const web = inventory.assets.get(stableId('asset', 'web-01.example.com'))
    expect(web).toMatchObject({ ip: '10.0.0.1', protocols: [{ name: 'ssh', port: 2222 }], platform: 'Linux' })
    expect(web).toMatchObject({ comment: 'front; first' })
    expect(web?.accounts.size).toBe(3)
    expect(inventory.permissions[0]).toMatchObject({
      from: Date.UTC(2026, 0, 1),
      until: Date.UTC(2026, 11, 31, 10),
      actions: new Set(['connect', 'upload_file']),
    })
    expect(inventory.permissions[1]?.assets.size).toBe(2)
    expect(inventory.permissions[1]?.accounts.size).toBe(4)
    expect(inventory.permissions[1]?.actions.has('all')).toBe(true)
  })

  test('gives the same ids at every reading, and other ones to other kinds and names', async () => {
    const [one, two] = [await load(MINIMAL), await load(MINIMAL)]
    expect([...one.users.keys()]).toEqual([...two.users.keys()])
    expect(stableId('user', 'root')).not.toBe(stableId('account', 'root'))
    expect(stableId('user', 'ada')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
  })

  test('hashes a password from a file', async () => {
    await writeFile(join(directory, 'ada.password'), 'secret words\n', { mode: 0o600 })
    const { users } = await load('[user ada]\npassword_file = ada.password\n')
    const [ada] = users.values()
    expect(await new Passwords().verify(new Secret('secret words'), ada?.passwordHash)).toBe(true)
  })
})

describe('a wrong inventory names line, key and what was meant', () => {
  test.each([
    ['[user ada]\npasword_hash = x', '2 [user ada] knows no key pasword_hash | Did you mean password_hash?'],
    ['[user ada]\npublickey = x', '2 [user ada] knows no key publickey | Did you mean public_key?'],
    ['[asset a]\naddress = x\nport = 70000', '3 [asset a] port must be a port, 1 to 65535 | Correct port.'],
    ['[asset a]\nport = 22', '1 [asset a] has no address | Add a line "address = ...".'],
    ['[asset a]\naddress = x\nprotocols = ssh', '3 [asset a] protocols must be a list like ssh/22'],
    ['[asset a]\naddress = x\nprotocols = ssh/1, ssh/2', 'each protocol once'],
    ['[asset a]\naddress = x\nport = 1\nprotocols = ssh/1', '3 [asset a] port stands beside protocols'],
    [
      '[asset a]\naddress = x\naccounts = rot\n[account root]',
      '3 [asset a] accounts names "rot": there is no such account | Did you mean root?',
    ],
    ['[users ada]', '1 [users ada]: there is no such kind of section | Did you mean [user ...]?'],
    ['[user]', '1 [user] has no usable name'],
    ['[user a  b]\n[user a b]', '2 [user a b] is there already'],
    ['name = x', '1 name stands before the first section'],
    ['[account a]\npriority = 0', '2 [account a] priority must be a number, 1 to 100'],
    ['[account a]\nprotocol = shh', '2 [account a] protocol must be one of ssh, telnet, rdp, vnc'],
    ['[user a]\npassword_hash = hunter2', '2 [user a] password_hash must be a hash made by this program'],
    ['[user a]\npublic_key = AAAA', '2 [user a] public_key is no OpenSSH public key'],
    ['[user a]\nadmin = maybe', '2 [user a] admin must be yes or no'],
    [
      '[permission p]\nusers = *\nassets = *\nactions = conect',
      '4 [permission p] actions must be a list of all, connect',
    ],
    ['[permission p]\nusers = *\nassets = *\nfrom = tomorrow', '4 [permission p] from must be a day like'],
    [
      '[permission p]\nusers = *\nassets = *\nfrom = 2026-02-01\nuntil = 2026-01-01',
      '5 [permission p] until is not after from',
    ],
    ['[account a]\nprivate_key_file = none.key', '2 [account a] private_key_file cannot be read'],
    ['[account a]\npassword = x\npassword_file = y', 'password_file stands beside password'],
    [
      '[asset a]\naddress = x\ngateways = gw\n[gateway gw-1]\naddress = y\nusername = z',
      '3 [asset a] gateways names "gw"',
    ],
    ['[gateway g]\naddress = x', '1 [gateway g] has no username | Add a line'],
    [
      '[asset a]\naddress = x\ngroups = a//b',
      '3 [asset a] groups must be a list of names, or paths like db/mysql',
    ],
    [
      '[rule r]\naction = deny',
      '1 [rule r] commands is missing | Add a line "commands = ..." or "regex = ..."',
    ],
    ['[rule r]\ncommands = ls\nregex = ls', '3 [rule r] regex stands beside commands | Keep one of them.'],
    ['[rule r]\ncommands = rm (, reboot)', '2 [rule r] commands is no regular expression'],
    ['[rule r]\nregex = ls\naction = block', '3 [rule r] action must be deny or allow'],
    ['[rule r]\nregex = ls\naccounts = root', '3 [rule r] accounts names "root": there is no such account'],
    ['[user a]\ntotp_secret_file = none', '2 [user a] totp_secret_file cannot be read'],
  ])('%j', async (text, expected) => {
    expect((await faults(text)).join('\n')).toContain(expected)
  })

  test('and all of it at once, in the order of the lines', async () => {
    const found = await faults(
      '[asset a]\nadress = x\n[user b]\nadmin = 7\n[permission p]\nusers = c\nassets = a\n',
    )
    expect(found.map((fault) => Number(fault.split(' ')[0]))).toEqual([1, 2, 4, 6])
  })

  test('a section that is there twice is told once', async () => {
    expect(await faults('[user a]\n[user a]\n')).toEqual([
      '2 section [user a] is there already, in line 1 | Put both together or rename one.',
    ])
  })

  test('never with the secret in it', async () => {
    const told = await faults('[user a]\npassword_hash = hunter2\n[account b]\npassword = "hun\nter2\n')
    expect(told.join()).not.toContain('hunter2')
  })
})

test('a file that is named for a TOTP secret and holds none is refused, without its text', async () => {
  await writeFile(join(directory, 'totp'), 'hunter1 hunter1 hunter1\n', { mode: 0o600 })
  const told = (await faults('[user a]\ntotp_secret_file = totp\n')).join()
  expect(told).toContain('2 [user a] totp_secret_file totp holds no TOTP secret')
  expect(told).not.toContain('hunter1')
  await chmod(join(directory, 'totp'), 0o644)
  expect((await faults('[user a]\ntotp_secret_file = totp\n')).join()).toContain('can be read by everybody')
})

describe('secrets that others can read are refused', () => {
  test('a password in an inventory that is not 0600', async () => {
    const text = '[account a]\npassword = x\n'
    expect((await load(text)).accounts.size).toBe(1)
    await chmod(file, 0o640)
    expect((await faults(text, 0o640)).join()).toContain(
      'password stands in a file that others can read | Run "chmod 600',
    )
  })

  test('a password file or key that everybody can read', async () => {
    await writeFile(join(directory, 'open'), 'x', { mode: 0o644 })
    expect((await faults('[account a]\npassword_file = open\n')).join()).toContain(
      'open can be read by everybody',
    )
    expect((await faults('[account a]\nprivate_key_file = open\n')).join()).toContain('Run "chmod 600 open"')
  })
})

test('a file that is not there is told by name', async () => {
  await expect(loadInventory(join(directory, 'none.ini'), new Passwords())).rejects.toThrow(
    /none\.ini: cannot be read: ENOENT/,
  )
})
