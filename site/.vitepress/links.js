// What happens to links and names in the pages: they are written for a reader of the repository.
import fs from 'node:fs'
import path from 'node:path'
import { apiPage } from './api.js'
import { PAGES, ROOT, onSite } from './pages.js'

/** Whether what looks like a type of ours is one. Other libraries have a `Channel` and a `Semaphore`, too. */
function namesOurTypes(page, before, beforeThat) {
  if (page === 'docs/guide/coming-from.md') return before?.type === 'td_open' && beforeThat?.type !== 'tr_open'
  return /^(index|docs\/(glossary|guide\/.+))\.md$/.test(page) && before?.type !== 'heading_open'
}

const isRelative = (href) => !/^([a-z][a-z+.-]*:|#|\/)/i.test(href)

/** A plugin of markdown-it. */
export function links(md) {
  md.core.ruler.push('selvage_links', ({ tokens, env, Token }) => {
    const page = env.relativePath
    if (!page) return
    const named = new Set()
    for (const [i, token] of tokens.entries()) {
      if (token.type === 'heading_open') named.clear()
      if (token.type !== 'inline') continue
      mapLinks(token.children, page)
      if (namesOurTypes(page, tokens[i - 1], tokens[i - 2])) {
        token.children = linkTypes(token.children, page, named, Token)
      }
    }
  })
}

/** Links to pages lead to these pages; links to other files, which the site does not have, become plain text. */
function mapLinks(tokens, page) {
  const open = []
  for (const token of tokens) {
    if (token.type === 'link_close' && open.pop()) token.tag = 'span'
    if (token.type !== 'link_open') continue
    const [, file, anchor] = /^([^#]*)(.*)$/.exec(token.attrGet('href'))
    const target = path.posix.join(path.posix.dirname(page), decodeURI(file)).replace(/\/$/, '')
    const plain = isRelative(token.attrGet('href')) && !PAGES.includes(target)
    if (plain) {
      if (!fs.existsSync(path.join(ROOT, target))) throw new Error(`dead link in ${page}: ${token.attrGet('href')}`)
      token.tag = 'span'
      token.attrs = [['title', `${target} in the repository`]]
    } else if (isRelative(token.attrGet('href'))) {
      token.attrSet('href', onSite(file) + anchor)
    }
    open.push(plain)
  }
}

/** The first mention of each type or member in a section is a link to its Javadoc. */
function linkTypes(tokens, page, named, Token) {
  const linked = []
  let depth = 0
  for (const token of tokens) {
    if (token.type === 'link_open') depth++
    if (token.type === 'link_close') depth--
    const target = token.type === 'code_inline' && depth === 0 ? apiPage(token.content) : undefined
    if (!target || named.has(target)) {
      linked.push(token)
      continue
    }
    named.add(target)
    const open = new Token('html_inline', '', 0)
    open.content = `<a class="api" target="_self" href="${path.posix.relative(path.posix.dirname(page), target)}">`
    const close = new Token('html_inline', '', 0)
    close.content = '</a>'
    linked.push(open, token, close)
  }
  return linked
}
