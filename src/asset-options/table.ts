import { OPTION_KEYS } from './keys.ts'

/** The default is told at the end of `about`: `... Default: no.` */
const DEFAULT = /\s*Default: (.+)\.$/

/** The tables of docs/asset-options.md, in Markdown; `npm run docs` writes them and a test compares. */
export function optionTable(): string {
  const { asset, gateway } = OPTION_KEYS
  const rows = Object.entries({ ...asset, ...gateway }).map(([name, { about, example }]) => {
    const kinds = [name in asset ? 'asset, account' : '', name in gateway ? 'gateway' : '']
    const cells = [
      `\`${name}\``,
      kinds.filter((kind) => kind !== '').join(', '),
      DEFAULT.exec(about)?.[1] ?? '',
      `${about.replace(DEFAULT, '')} For example \`${example}\`.`,
    ]
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  return ['| Option | Sections | Default | Meaning |', '|---|---|---|---|', ...rows].join('\n')
}
