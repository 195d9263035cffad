import { rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLog } from '../../../src/log.ts'
import { watchInventory } from '../../../src/standalone/inventory-watch.ts'
import { Passwords } from '../../../src/standalone/passwords.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { until } from '../../fixtures/until.ts'

async function watched(text = '[asset one]\naddress = 10.0.0.1\n') {
  const directory = await temporaryDirectory()
  const file = join(directory.path, 'inventory.ini')
  await writeFile(file, text, { mode: 0o600 })
  const clock = new ManualClock()
  const lines: string[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  const log = createLog({ level: 'info', destination })
  const watch = await watchInventory({ file, passwords: new Passwords(), clock, log })
  return {
    file,
    clock,
    lines,
    path: directory.path,
    watch,
    names: () => [...watch.current.assets.values()].map(({ hostname }) => hostname).join(),
    /** Lets looks happen, one after the other, until it holds. */
    untilLooked: (holds: () => boolean) =>
      until(() => {
        if (clock.pending > 0) clock.advance(1000)
        return holds()
      }),
    /** Lets a number of looks come to their end. */
    looks: async (count: number) => {
      for (let look = 0; look < count; look++) {
        clock.advance(1000)
        await until(() => clock.pending === 1)
      }
    },
    [Symbol.asyncDispose]: async () => {
      await watch[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}

const two = '[asset one]\naddress = 10.0.0.1\n[asset two]\naddress = 10.0.0.2\n'

test('an inventory that is written anew takes effect', async () => {
  await using world = await watched()
  await writeFile(world.file, two)
  await world.untilLooked(() => world.names() === 'one,two')
  await until(() => world.lines.join().includes('the changed inventory is in force'))
})

test('an inventory that an editor replaces by another file takes effect, as often as that happens', async () => {
  await using world = await watched()
  for (const name of ['two', 'six', 'ten']) {
    const other = join(world.path, `.${name}.swp`)
    await writeFile(other, two.replace('asset two', `asset ${name}`), { mode: 0o600 })
    await rename(other, world.file)
    await world.untilLooked(() => world.names() === `one,${name}`)
  }
})

test('an inventory behind a link that is turned takes effect', async () => {
  await using world = await watched()
  await writeFile(join(world.path, 'new.ini'), two, { mode: 0o600 })
  await rm(world.file)
  await symlink('new.ini', world.file)
  await world.untilLooked(() => world.names() === 'one,two')
})

test('a wrong inventory is told once by file, line and key; the one before stays, until it is mended', async () => {
  await using world = await watched()
  await writeFile(world.file, '[asset one]\naddress = 10.0.0.1\nport = 70000\n[user ada]\nadmin = 7\n')
  await world.untilLooked(() => world.lines.length >= 2)
  expect(world.lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    {
      file: world.file,
      line: 3,
      message: '[asset one] port must be a port, 1 to 65535',
      next: 'Correct port.',
    },
    { file: world.file, line: 5, message: '[user ada] admin must be yes or no' },
  ])
  expect(world.lines.join()).toContain('the changed inventory is wrong; the one before stays in force')
  await until(() => world.clock.pending === 1)
  await world.looks(5)
  expect(world.lines).toHaveLength(2)
  expect(world.names()).toBe('one')
  await writeFile(world.file, two)
  await world.untilLooked(() => world.names() === 'one,two')
})

test('an inventory that is gone leaves the one before in force', async () => {
  await using world = await watched()
  await rm(world.file)
  await world.untilLooked(() => world.lines.length > 0)
  expect(world.lines.join()).toContain('cannot be read: ENOENT')
  expect(world.names()).toBe('one')
  await writeFile(world.file, two)
  await world.untilLooked(() => world.names() === 'one,two')
})

test('a changed file that the inventory names takes effect', async () => {
  await using world = await watched('[account ops]\n')
  const secret = (): string | undefined => [...world.watch.current.accounts.values()][0]?.password?.reveal()
  expect(secret()).toBeUndefined()
  const password = join(world.path, 'ops.password')
  await writeFile(world.file, '[account ops]\npassword_file = ops.password\n')
  await world.untilLooked(() => world.lines.join().includes('password_file cannot be read'))
  await writeFile(password, 'first\n', { mode: 0o600 })
  await world.untilLooked(() => secret() === 'first')
  await writeFile(password, 'other\n')
  await world.untilLooked(() => secret() === 'other')
})

test('a file that still changes is not read before two looks find it the same', async () => {
  await using world = await watched()
  await writeFile(world.file, two)
  await world.looks(1)
  expect(world.names()).toBe('one')
  await writeFile(world.file, `${two}# more\n`)
  await world.looks(1)
  expect(world.names()).toBe('one')
  await world.looks(1)
  expect(world.names()).toBe('one,two')
})

test('an inventory that does not change is not read again, and nothing is looked at after the end', async () => {
  const world = await watched()
  const { current } = world.watch
  await world.looks(5)
  expect(world.watch.current).toBe(current)
  await world[Symbol.asyncDispose]()
  expect(world.clock.pending).toBe(0)
})
