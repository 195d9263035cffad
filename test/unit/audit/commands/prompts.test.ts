import { expect, test } from 'vitest'
import { isContinuation, Prompts, samePrompt } from '../../../../src/audit/commands/prompts.ts'

test('a prompt is known again with another path and other numbers', () => {
  const prompts = new Prompts()
  prompts.learn('[12:30] bob@web:~/src $ ')
  expect(prompts.strip('[09:07] bob@web:/var/log $ tail -f x')).toEqual({
    prompt: '[09:07] bob@web:/var/log $ ',
    text: 'tail -f x',
  })
  expect(prompts.strip('eve@web:/ $ ls')).toBeUndefined()
})

test.each(['$ ', '# ', 'router>', '<Huawei>', 'mysql> ', '>>> ', '❯ ', 'MariaDB [(none)]> '])(
  '%j asks for commands',
  (prompt) => {
    expect(new Prompts().judge(prompt)).toBe('command')
  },
)

test.each(['', 'Password: ', 'Overwrite? ', 'Go on [y/N] ', 'Sure (yes/no)? '])(
  '%j asks for input',
  (prompt) => {
    expect(new Prompts().judge(prompt)).toBe('input')
  },
)

test.each(['> ', 'quote> ', 'for then> ', '... ', '   ...> ', '    -> ', 'db-> '])(
  '%j is a second prompt',
  (prompt) => {
    expect(isContinuation(prompt)).toBe(true)
  },
)

test.each(['$ ', 'sqlite> ', '>>> ', 'bash-5.2$ '])('%j is no second prompt', (prompt) => {
  expect(isContinuation(prompt)).toBe(false)
})

test('two prompts of one shell are the same', () => {
  expect(samePrompt('a@b:~$ ', 'a@b:/tmp/x$ ')).toBe(true)
  expect(samePrompt('a@b:~$ ', '> ')).toBe(false)
})

test('only a prompt that is long enough is looked for in a full-screen program', () => {
  const prompts = new Prompts()
  prompts.learn('# ')
  prompts.learn('root@web:~# ')
  expect(prompts.endingIn('# ')).toBeUndefined()
  expect(prompts.endingIn('left pane │root@web:/tmp# ')).toBe('root@web:/tmp# ')
})

test('prompts are counted at the beginning of a line', () => {
  const prompts = new Prompts()
  prompts.learn('$ ')
  expect([prompts.timesIn('$ $ hi'), prompts.timesIn('$'), prompts.timesIn('hi $ ')]).toEqual([2, 1, 0])
})
