import { expect, test } from 'vitest'
import { wordsOf } from '../../../src/menu/fold.ts'
import { litText } from '../../../src/menu/lit.ts'

const light = (part: string): string => `[${part}]`

test.each([
  ['web-01.example.com', 'web', 'web', false, '[web]-01.example.com'],
  ['Web-01', 'WEB 01', 'both words', false, '[Web]-[01]'],
  ['web-01', 'eb we', 'words that overlap are lit together', false, '[web]-01'],
  ['数据库-主', '库', 'wide characters', false, '数据[库]-主'],
  ['ｗｅｂ-2', 'web', 'full-width letters', false, '[ｗｅｂ]-2'],
  ['ﬁle', 'fil', 'a ligature as a whole', false, '[ﬁl]e'],
  ['e\u0301toile', 'étoile', 'a letter with its mark', false, '[e\u0301toile]'],
  ['web-01', 'db', 'nothing', false, 'web-01'],
  ['web-01', 'wb1', 'nothing unless letters may be scattered', false, 'web-01'],
  ['web-01', 'wb1', 'letters where they are scattered', true, '[w]e[b]-0[1]'],
  ['web-01', '', 'nothing for nothing', true, 'web-01'],
])('in %j for %j: %s', (text, query, _what, loose, lit) => {
  expect(litText(text, { words: wordsOf(query), loose, light })).toBe(lit)
})
