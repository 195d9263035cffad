import { expect, test } from 'vitest'
import { readHistory } from '../../../../src/session/gate/history.ts'

test.each([
  ['!!'],
  ['!-2'],
  ['a!tou'],
  ['x=1;!tou'],
  ['echo "!tou"'],
  [`true "'" ; !tou #'`],
  [`echo $'\\'' !tou`],
  ['!"tou"'],
  ['^tou^touch^'],
  ['  ^a'],
  ['echo $!x'],
])('%s is put together by the shell', (text) => {
  expect(readHistory(text).expands).toBe(true)
})

test.each([
  ["echo '!tou'"],
  ['echo \\!tou'],
  ['[ a != b ]'],
  ['! true'],
  ['echo hi!'],
  ['echo "hi!"'],
  ['kill $!'],
  ['if !(true)'],
  ['grep a^b'],
])('%s is what it says', (text) => {
  expect(readHistory(text).expands).toBe(false)
})

test('a quote that is left open goes on in the next line', () => {
  const first = readHistory("echo '")
  expect(first.ends).toBe('single')
  expect(readHistory("x' !tou #'", first.ends).expands).toBe(true)
  expect(readHistory("x !tou'", first.ends).expands).toBe(false)
  // zsh does not close it there.
  expect(readHistory('echo "hi!"').ends).toBe('double')
})
