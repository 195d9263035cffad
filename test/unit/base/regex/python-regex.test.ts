import { expect, test } from 'vitest'
import { PatternError } from '../../../../src/base/regex/cursor.ts'
import { PythonRegex } from '../../../../src/base/regex/python-regex.ts'
import { type Answer, pythonSays } from '../../../fixtures/python-re.ts'
import { seeded } from '../../../fixtures/random.ts'

type Pair = readonly [pattern: string, text: string]

function weSay([pattern, text]: Pair): Answer {
  try {
    return new PythonRegex(pattern).searchSlowly(text)
  } catch (error) {
    if (error instanceof PatternError) return 'rejected'
    throw error
  }
}

const disagreements = (pairs: readonly Pair[]): unknown[] => {
  const theirs = pythonSays(pairs)
  return pairs.flatMap((pair, index) => {
    const ours = weSay(pair)
    return ours === theirs[index] ? [] : [{ pattern: pair[0], text: pair[1], ours, python: theirs[index] }]
  })
}

const TEXTS = [
  '',
  'rm -rf /',
  'rmdir x',
  '中rm 中',
  'RM',
  'a\nb\n',
  'aa',
  'ab12_٣',
  'x\u00a0y',
  'foo(bar)',
  'ſK',
  '\t',
  'abab',
]

const PATTERNS = [
  ...[
    '\\brm\\b',
    'rm',
    '^rm',
    'rm$',
    '\\Arm',
    '/\\Z',
    '(?i)rm',
    '(?i:r)m',
    '(?-i:r)m',
    '(?P<a>r)m',
    '(?P<a>a)(?P=a)',
  ],
  ...[
    '(a)\\1',
    '(ab)\\1',
    '\\w+\\s+-',
    '\\W',
    '\\d',
    '\\D',
    '\\s',
    '\\S',
    '(?a)\\d',
    '(?a:\\w)\\b',
    '(?u)\\w',
    '[\\w-]+',
  ],
  ...[
    '[]a]',
    '[^]a]',
    '[a-]',
    '[-a]',
    '[a-c]+$',
    '[[:alpha:]]',
    '[\\b]',
    '[^\\W\\d]',
    '[\\]]',
    '[a',
    '[z-a]',
    '[a-\\d]',
  ],
  ...[
    'a{2}',
    'a{,2}',
    'a{2,}',
    'a{1,2}?',
    'a{',
    '{',
    'a{x}',
    'a{2,1}',
    'a**',
    'a+?',
    'a++',
    'a{2}{3}',
    '*a',
    'a|*',
    '(*a)',
  ],
  ...[
    '(?=rm)r',
    'r(?!m)',
    '(?<=r)m',
    '(?<!r)m',
    '(?<=a+)b',
    '(?<=ab|cd)x',
    '(?<=a|bc)x',
    '(?>a+)a',
    'a++a',
    '(a)?(?(1)b|r)',
  ],
  ...[
    '(?(1)a|b)',
    '(a)(?(1)a|b|c)',
    '(?#comment)r',
    '(?#open',
    '(?x) r m # note',
    '(?x)[ ]',
    '(?s)a.b',
    'a.b',
    '(?m)^b$',
    '^b$',
  ],
  ...[
    '\\x72\\x6d',
    '\\u0072',
    '\\U00000072',
    '\\x7',
    '\\q',
    '\\8',
    '\\08',
    '\\0',
    '\\162',
    '\\777',
    '\\_',
    '\\-',
    '\\/',
    '\\',
  ],
  ...[
    '(',
    ')',
    '(?',
    '(?P',
    '(?P<',
    '(?P<1>a)',
    '(?P<a>a)(?P<a>b)',
    '(?<n>a)',
    '(?z)',
    '(?L)x',
    '(?au)x',
    '(?i-i:x)',
    '(?-:x)',
  ],
  ...[
    '\\Z\\A',
    '$a',
    '()',
    '(|a)',
    '(a|b|)+',
    '(a*)*',
    '(a*)+b',
    '\\B',
    '\\Brm',
    '.\\b.',
    '\\bfoo\\(bar\\)',
    'x|y|',
    '\\pL',
    '\\z',
  ],
  ...[
    '(\\1a)',
    '\\1(a)',
    '(?:)*',
    '(?i)ſ',
    '(?i)k',
    '(?i)[a-z]+',
    '(?i)(RM)',
    '(?i)(a)\\1',
    'b*?$',
    '(?:ab){2}',
    '(?s:.)\\Z',
  ],
]

test('patterns mean what they mean in Python, and what Python rejects is rejected', () => {
  const pairs = PATTERNS.flatMap((pattern) => TEXTS.map((text): Pair => [pattern, text]))
  expect(disagreements(pairs)).toEqual([])
})

test('so do thousands of random ones', () => {
  const { below, pick } = seeded(7)
  const PIECES: readonly [string, ...string[]] = [
    'a',
    'b',
    '.',
    '\\b',
    '\\w',
    '\\d',
    '^',
    '$',
    '(a|b)',
    '(?:ab)',
    '[ab]',
    '[^a]',
    '\\1',
    '(',
    ')',
    '|',
    ' ',
    '-',
    '(?=b)',
    '(?!a)',
    '(?<=a)',
    '(?i)',
  ]
  const SUFFIXES: readonly [string, ...string[]] = ['', '', '', '*', '+', '?', '*?', '{2}', '{1,2}', '++']
  const LETTERS: readonly [string, ...string[]] = ['a', 'b', 'A', ' ', '1', '中', '\n', '-']
  const pairs = Array.from({ length: 6000 }, (): Pair => {
    const pattern = Array.from({ length: 1 + below(5) }, () => pick(PIECES) + pick(SUFFIXES))
    const text = Array.from({ length: below(7) }, () => pick(LETTERS))
    return [pattern.join(''), text.join('')]
  })
  // Python 3.11 wants global flags at the front; core's Python 3.6 takes them anywhere.
  const laterFlags = ([pattern]: Pair): boolean => pattern.lastIndexOf('(?i)') > 0
  expect(disagreements(pairs.filter((pair) => !laterFlags(pair)))).toEqual([])
})

test('flags in the middle count for all of it, as in the Python of core', () => {
  expect(new PythonRegex('rm(?i)').search('RM')).toBe(true)
})

test('no text makes a pattern without look-around slow', () => {
  const nested = new PythonRegex('(a+)+$')
  expect(nested.linear).toBe(true)
  expect(nested.search(`${'a'.repeat(10_000)}b`)).toBe(false)
})

test('what needs trying, or is too large, is not searched here', () => {
  expect(new PythonRegex('(?!a)b').search('b')).toBe(undefined)
  expect(new PythonRegex('(a)\\1').linear).toBe(false)
  expect(new PythonRegex('(a{1000}){1000}').linear).toBe(false)
  expect(new PythonRegex('(a{90}){90}').search('a'.repeat(10_000))).toBe(undefined)
})
