// Where the Javadoc has the types of the library and their members.
import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from './pages.js'

export const API = path.join(ROOT, 'site/target/site-api')

/** The entries of one of the indexes that the search of the Javadoc uses. */
function index(kind) {
  const text = fs.readFileSync(path.join(API, `${kind}-search-index.js`), 'utf8')
  return JSON.parse(text.slice(text.indexOf('['), text.lastIndexOf(']') + 1))
}

const modules = new Map(index('package').map((entry) => [entry.l, entry.m]))

/** For the name of each type, such as `Dump.TaskNode`, its page in the Javadoc. */
const types = new Map(
  index('type')
    .filter((entry) => entry.p)
    .map((entry) => [entry.l, `api/${modules.get(entry.p)}/${entry.p.replaceAll('.', '/')}/${entry.l}.html`]),
)

/** For `Type.member` the anchor of the first overload. */
const members = new Map()
for (const { c, l, u } of index('member')) {
  const name = `${c}.${l.replace(/\(.*/, '')}`
  if (!members.has(name)) members.set(name, u ?? l)
}

/** The page of the Javadoc about a piece of code, such as `Tasks.map(items, 4, f)` or `new Semaphore(2)`; undefined if it is no type of ours. */
export function apiPage(code) {
  const [, name = ''] = /^(?:new |@)?([A-Z]\w*(?:\.\w+)*)(?![\w:])/.exec(code) ?? []
  if (types.has(name)) return types.get(name)
  const anchor = members.get(name)
  return anchor && `${types.get(name.replace(/\.\w+$/, ''))}#${anchor}`
}
