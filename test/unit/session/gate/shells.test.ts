import { expect, test } from 'vitest'
import { GatedShell, type ShellName } from '../../../fixtures/gated-shell.ts'
import { aRule } from '../../../fixtures/rules.ts'

const ALL: readonly ShellName[] = ['bash', 'zsh', 'fish', 'dash', 'busybox']
const PASTE = (text: string): string => `\x1b[200~${text}\x1b[201~`

for (const name of ALL) {
  test(`${name}: a denied line does not run, the next one does, and the record says which rule it was`, async () => {
    await using shell = await GatedShell.start(name)
    await shell.run('echo one\r', /one[\s\S]*one[\s\S]*\$ /)
    await shell.attempt('touch a\r')
    expect(shell.has('a')).toBe(false)
    expect(shell.refusals).toMatchObject([{ kind: 'rule', text: 'touch a', rule: { content: 'touch' } }])
    expect(shell.judged).toMatchObject([{ text: 'touch a', verdict: 'denied' }])
  })

  test(`${name}: lines in one packet are judged one by one; after a denied one nothing runs`, async () => {
    await using shell = await GatedShell.start(name)
    await shell.attempt('mkdir one\rtouch a\rmkdir two\r')
    expect([shell.has('one'), shell.has('a'), shell.has('two')]).toEqual([true, false, false])
  })

  test(`${name}: ^J, a pipe, && and ; hide nothing`, async () => {
    await using shell = await GatedShell.start(name)
    for (const line of [
      'touch a\n',
      'echo x;touch a\r',
      'true && touch a\r',
      'echo x | touch a\r',
      'touch a &\r',
    ]) {
      await shell.attempt(line)
    }
    expect(shell.has('a')).toBe(false)
    expect(shell.refusals.length).toBe(5)
  })

  test(`${name}: a line that was edited is judged as it stands`, async () => {
    await using shell = await GatedShell.start(name)
    await shell.attempt('touchx\x7f a\r')
    // A cooked terminal has no cursor keys.
    if (name === 'dash') return expect(shell.has('a')).toBe(false)
    await shell.attempt('xtouch a\x01\x04\r')
    await shell.attempt('ouch a\x01t\r')
    expect(shell.has('a')).toBe(false)
    await shell.attempt('touch a\x15mkdir fine\r')
    expect(shell.has('fine')).toBe(true)
  })

  // Nobody brackets a paste for busybox, which does not ask for it.
  if (name !== 'busybox')
    test(`${name}: a paste of several lines with brackets around it runs none from the denied one on`, async () => {
      await using shell = await GatedShell.start(name)
      await shell.attempt(`${PASTE('echo a\ntouch a\nmkdir c\n')}\r`)
      expect([shell.has('a'), shell.has('c')]).toEqual([false, false])
    })

  test(`${name}: a command typed ahead while another runs is judged`, async () => {
    await using shell = await GatedShell.start(name)
    shell.type('sleep 0.7\r')
    await shell.until('sleep 0.7')
    shell.type('touch a\r')
    await shell.passed()
    await shell.until('$ ')
    await shell.sync()
    expect(shell.has('a')).toBe(false)
  })
}

const WITH_HISTORY: readonly ShellName[] = ['bash', 'zsh', 'fish', 'busybox']
for (const name of WITH_HISTORY) {
  test(`${name}: a line of the history is judged as it stands on the screen`, async () => {
    await using shell = await GatedShell.start(name)
    await shell.attempt('echo touch\b\b\b\b\b\b\b\b\b\becho tou\r')
    await shell.attempt('mkdir tou-ch\r')
    // Up twice and once more for the synchronising line: the name is made whole there.
    await shell.run('\x1b[A\x1b[A', 'mkdir tou-ch')
    await shell.attempt('\x17\x17touch a\r')
    expect(shell.has('a')).toBe(false)
    expect(shell.refusals.length).toBe(1)
  })
}

for (const name of ['bash', 'zsh'] as const) {
  test(`${name}: ^O, history expansion and Ctrl-R run nothing that is denied`, async () => {
    await using shell = await GatedShell.start(name)
    await shell.attempt('echo tou; X=a\r')
    await shell.attempt('touch a\x0f')
    await shell.attempt('mkdir x !!:s/mkdir/touch/\r')
    await shell.attempt('!echo\r')
    expect(shell.has('a')).toBe(false)
    expect(shell.refusals.map(({ kind }) => kind)).toContain('unknown')
  })
}

for (const name of ['bash', 'zsh'] as const) {
  test(`${name}: quotes of one kind within the other hide no history expansion`, async () => {
    await using shell = await GatedShell.start(name)
    await shell.attempt('mkdir tou-ch\r')
    await shell.attempt(`true "'" ; !mkd:s/-//:s/mkdir // a #'\r`)
    await shell.attempt('true;!mkd:s/-//:s/mkdir // a\r')
    expect(shell.has('a')).toBe(false)
    expect(shell.refusals).toMatchObject([{ why: 'history' }, { why: 'history' }])
  })
}

for (const name of ['dash', 'busybox'] as const) {
  test(`${name}: marks of a paste that nobody asked for hide no line that was edited`, async () => {
    await using shell = await GatedShell.start(name)
    await shell.attempt('\x1b[200~\r')
    await shell.attempt('toucx\x7fh a\r')
    expect(shell.has('a')).toBe(false)
    expect(shell.refusals).toMatchObject([{ kind: 'rule' }])
  })
}

test('dash: a line that ^D hands over is judged, and one that it goes on in', async () => {
  await using shell = await GatedShell.start('dash')
  await shell.attempt('touch a\x04\x04')
  shell.type('tou\x04ch a\r')
  await shell.passed()
  // What was handed over cannot be taken back; alone it is nothing.
  await shell.idle()
  await shell.run('\r', 'not found')
  expect(shell.has('a')).toBe(false)
  expect(shell.refusals.length).toBe(2)
})

test('bash: a keyboard macro runs nothing unseen', async () => {
  await using shell = await GatedShell.start('bash')
  await shell.attempt('\x18(\r\x18)')
  await shell.attempt('touch a\x18e')
  expect(shell.has('a')).toBe(false)
  expect(shell.refusals).toMatchObject([{ kind: 'unknown', why: 'macro' }])
})

test('bash: Alt-# does not make a comment a command', async () => {
  await using shell = await GatedShell.start('bash', { rules: [aRule({ kind: 'regex', content: '^touch' })] })
  await shell.attempt('#touch a\x1b1\x1b#')
  expect(shell.has('a')).toBe(false)
  expect(shell.refusals).toMatchObject([{ kind: 'rule', text: 'touch a' }])
})

test('zsh: an action called by its name sends off no line unjudged', async () => {
  await using shell = await GatedShell.start('zsh')
  shell.type('touch a')
  await shell.until('touch a')
  await shell.attempt('\x1bxaccept-line\r')
  expect(shell.has('a')).toBe(false)
})

test('bash: lines of a paste that a backslash joins are judged as the line they are', async () => {
  await using shell = await GatedShell.start('bash')
  await shell.attempt(`${PASTE('tou\\\nch a')}\r`)
  expect(shell.has('a')).toBe(false)
  expect(shell.refusals).toMatchObject([{ kind: 'rule' }])
})

test('a line that goes on in the next by a backslash is judged as one', async () => {
  await using shell = await GatedShell.start('bash')
  await shell.run('tou\\\r', '> ')
  await shell.attempt('ch a\r')
  expect(shell.has('a')).toBe(false)
})

test('what an asset prints switches nothing off: alternate screen, paste mode, zmodem, a false prompt', async () => {
  await using shell = await GatedShell.start('bash')
  await shell.sync()
  for (const mark of ['\\e[?1049h', '\\e[?2004h', '**\\x18B00000000000000', '\\r\\n$ ', '\\e[?2004l']) {
    const before = shell.refusals.length
    await shell.run(`printf '${mark}'\r`, /\r\n[\s\S]*\$ /)
    shell.type('touch a\r')
    await shell.passed()
    expect(shell.refusals.length, mark).toBe(before + 1)
    if (mark.endsWith('1049h')) {
      // In a full-screen program the line is left to the person.
      await shell.run('\x03', /\^C[\s\S]*\$ /)
      await shell.idle()
      await shell.attempt("printf '\\e[?1049l'\r")
    } else await shell.sync()
    expect(shell.has('a'), mark).toBe(false)
  }
})

test('a password is not judged by a rule for everything, nor told, but one that names it denies it', async () => {
  await using shell = await GatedShell.start('bash', {
    rules: [
      aRule({ action: 'allow', kind: 'regex', content: '^(read|echo) ', priority: 90 }),
      aRule({ content: 'forbidden', priority: 50 }),
      aRule({ kind: 'regex', content: '.*', priority: 1 }),
    ],
  })
  await shell.run('read -s x\r', /read -s x[\s\S]*l/)
  await shell.idle()
  await shell.run('s3cret\r', '$ ')
  await shell.run('echo "got $x"\r', 'got s3cret')
  expect(shell.judged.filter(({ verdict }) => verdict === 'denied')).toEqual([])
  await shell.until('$ ')
  await shell.run('read -s x\r', /read -s x[\s\S]*l/)
  shell.type('forbidden\r')
  await shell.passed()
  expect(shell.judged.at(-1)).toMatchObject({ text: '(typed without echo)', verdict: 'denied' })
})

test('in a dry run everything runs, and is noted', async () => {
  await using shell = await GatedShell.start('bash', { dryRun: true })
  await shell.attempt('touch a\r')
  expect(shell.has('a')).toBe(true)
  expect(shell.judged).toMatchObject([{ text: 'touch a', verdict: 'would-deny' }])
})

test('the editor of bash is not opened: what is written there would run unseen', async () => {
  await using shell = await GatedShell.start('bash')
  await shell.attempt('echo \x18\x05')
  expect(shell.refusals).toMatchObject([{ kind: 'unknown', why: 'editor' }])
})

test('a denied command is withheld in an editor, too', async () => {
  await using shell = await GatedShell.start('bash')
  await shell.run('vi file\r', '\x1b[?1049h')
  await shell.idle()
  shell.type(':!touch a')
  shell.type('\r')
  await shell.passed()
  shell.type('\r')
  await shell.passed()
  expect(shell.has('a')).toBe(false)
  expect(shell.refusals.length).toBe(2)
})
