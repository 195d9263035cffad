import type { Request } from 'express'
import { say } from '../i18n/i18n.ts'
import type { PageFiles } from './page-files.ts'
import { type VisitorOptions, visitorOf } from './visitor.ts'

export interface PageHtmlParts extends VisitorOptions {
  readonly files: PageFiles
  /** Where our own page lies, with a slash at its end. */
  readonly page: string
  readonly sockets: string
  readonly connector: string
  /** Port of the SSH door, for the page that tells how to use it. */
  readonly sshPort: () => number
}

/** The HTML of our pages, filled with where things are and with the visitor's language. */
export class PageHtml {
  readonly #parts: PageHtmlParts

  constructor(parts: PageHtmlParts) {
    this.#parts = parts
  }

  /** `name`: of a file of web/. `more`: what else its placeholders hold; only what is safe in HTML as it is. */
  of(name: string, request: Request, more: Readonly<Record<string, string>> = {}): string {
    const { files, page, sockets, connector, sshPort } = this.#parts
    const { language } = visitorOf(request, this.#parts)
    const host = request.hostname.replace(/[^\w.:[\]-]/g, '')
    const filled: Readonly<Record<string, string>> = {
      ...{ page, sockets, connector },
      ssh: `ssh -p ${sshPort()} ${say(language, 'web.you')}@${host}`,
      ...more,
    }
    return (files.html(name) ?? NOT_BUILT)
      .replace('lang="en"', `lang="${language === 'zh' ? 'zh-CN' : 'en'}"`)
      .replace(/\{\{(\w+)\}\}/g, (_whole, key: string) => filled[key] ?? '')
  }
}

const NOT_BUILT = `<!doctype html><meta charset="utf-8"><title>cocod</title>
<p>The page was not built: npm run build.</p><pre>{{ssh}}</pre>
`
