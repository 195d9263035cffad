import { expect, test } from 'vitest'
import { MenuError } from '../../../src/menu/menu-error.ts'
import { startVisit } from './a-visit.ts'

test.each([
  ['q', 'q\r'],
  ['exit', 'exit\r'],
  ['Ctrl-D', '\x04'],
])('%s quits with status 0', async (_what, keys) => {
  using visit = startVisit()
  await visit.asked()
  visit.terminal.type(keys)
  expect(await visit.ended).toEqual({ kind: 'status', code: 0 })
})

test('Ctrl-C gives up a line, not the login', async () => {
  using visit = startVisit()
  await visit.asked()
  visit.terminal.type('web-02\x03')
  await visit.asked()
  await visit.enter('web-02')
  expect(visit.opened).toEqual(['root@web-02'])
})

test('after a session the menu is back, whatever that left on the screen', async () => {
  using visit = startVisit({
    openSession: async (terminal) => {
      terminal.output.write('\x1b[?1049h\x1b[?25l\x1b[2;3r\x1b[31m\x1b[?2004h\x1b[4;9Hin the editor')
    },
  })
  await visit.asked()
  await visit.enter('web-02')
  const text = visit.terminal.screen.text()
  expect(visit.terminal.screen.alternate).toBe(false)
  expect(text).toMatch(/Welcome[\s\S]*Opt> web-02\n+Opt>$/)
  await visit.enter('h')
  expect(visit.terminal.screen.text()).toContain('Ctrl-D quits.')
})

test('what is typed ahead reaches the session, and what that leaves reaches the menu', async () => {
  let seen: unknown
  using visit = startVisit({
    openSession: async (terminal) => {
      const bytes: unknown = terminal.input.read(7)
      seen = String(bytes)
    },
  })
  await visit.asked()
  visit.terminal.type('web-02\runame\r\nothing\r')
  await visit.asked()
  await visit.terminal.screen.until(/Nothing matches “othing”/)
  expect(seen).toBe('uname\r\n')
})

test('a session that could not begin is told of on a line of its own, and the menu stays', async () => {
  using visit = startVisit({
    openSession: async (terminal) => {
      terminal.output.write('Connecting ...\r\n')
      throw new MenuError('MENU_NOTHING_GRANTED', {
        step: 's',
        message: 'm',
        next: 'n',
        facts: { asset: 'web-02' },
      })
    },
  })
  await visit.asked()
  await visit.enter('web-02')
  expect(visit.terminal.screen.text()).toMatch(
    /Connecting \.\.\.\n {2}No account on web-02[\s\S]*\[[0-9a-f]{4}-/,
  )
  await visit.enter('web-02')
  expect(visit.opened).toHaveLength(2)
})

test('an error nobody foresaw ends neither the login nor the menu', async () => {
  using visit = startVisit({ openSession: () => Promise.reject(new TypeError('secret detail')) })
  await visit.asked()
  await visit.enter('web-02')
  expect(visit.terminal.screen.text()).toContain('Something went wrong here.')
  expect(visit.terminal.sent).not.toContain('secret detail')
})

test('who leaves at the menu or in a session ends the visit', async () => {
  using atMenu = startVisit()
  await atMenu.asked()
  atMenu.terminal.leave()
  expect(await atMenu.ended).toEqual({ kind: 'status', code: 255 })
  using inSession = startVisit({ openSession: async () => inSession.terminal.leave() })
  await inSession.asked()
  inSession.terminal.type('web-02\r')
  expect(await inSession.ended).toEqual({ kind: 'status', code: 255 })
})

test('a daemon that stops says so and ends the visit', async () => {
  using visit = startVisit()
  await visit.asked()
  visit.stop.abort()
  expect(await visit.ended).toEqual({ kind: 'status', code: 255 })
  await visit.terminal.settled()
  expect(visit.terminal.screen.text()).toContain('This login was ended by the bastion.')
})

test('nothing listens to the terminal after a visit', async () => {
  using visit = startVisit()
  await visit.asked()
  await visit.enter('h')
  visit.terminal.type('q\r')
  await visit.ended
  expect(visit.terminal.listeners).toBe(0)
  expect(visit.terminal.input.listenerCount('data')).toBe(0)
  expect(visit.clock.pending).toBe(0)
})
