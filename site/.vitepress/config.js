import path from 'node:path'
import { defineConfig } from 'vitepress'
import { links } from './links.js'
import { GROUPS, PAGES, ROOT, VERSION, onSite, titleOf } from './pages.js'

const linkTo = (page) => '/' + onSite(page).replace(/\.md$/, '.html')

/** Pages with wide code or tables: they have no outline beside the text. */
const WIDE = /^(index|docs\/performance|docs\/testing|docs\/decisions\/index|docs\/internal\/.+)\.md$/

export default defineConfig({
  title: 'Selvage',
  description: 'Structured concurrency in direct style for Java',
  lang: 'en',
  // No absolute link: the site works in any folder of a server, and its pages open from disk.
  base: './',
  srcDir: ROOT,
  srcExclude: ['**/target/**', '**/node_modules/**'],
  outDir: path.join(ROOT, 'site/target/site'),
  cacheDir: path.join(ROOT, 'site/target/site-cache'),
  rewrites: Object.fromEntries(PAGES.filter((page) => page !== onSite(page)).map((page) => [page, onSite(page)])),
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  vite: { plugins: [{ name: 'selvage-modules', enforce: 'pre', resolveId: modulesFromHere }] },
  markdown: {
    anchor: { slugify },
    config: (md) => md.use(links),
  },
  themeConfig: {
    nav: [
      { text: 'Guide', link: '/docs/guide/index.html', activeMatch: '/docs/guide/' },
      { text: 'API', link: '/api/index.html', target: '_self' },
      { text: 'Glossary', link: '/docs/glossary.html' },
      { text: VERSION, link: '/CHANGELOG.html' },
    ],
    sidebar: GROUPS.map(({ text, collapsed, pages }) => ({
      text,
      collapsed,
      items: pages.map((page) => ({ text: titleOf(page), link: linkTo(page) })),
    })),
    outline: [2, 3],
    externalLinkIcon: false,
    search: {
      provider: 'local',
      options: { miniSearch: { searchOptions: { boostDocument: weightInSearch } } },
    },
  },
  transformPageData(page) {
    if (WIDE.test(page.relativePath)) page.frontmatter.aside = false
  },
  buildEnd({ pages }) {
    const unlisted = pages.filter((page) => !PAGES.includes(page))
    if (unlisted.length > 0) throw new Error(`not in the sidebar, see pages.js: ${unlisted.join(', ')}`)
  },
})

/** The anchor of a heading, as code hosts make it: links within the pages work there and here. */
function slugify(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-')
}

/** A reader looks for the guide rather than for a decision. It runs in the browser, so it uses nothing from here. */
function weightInSearch(page) {
  return page.includes('docs/guide/') ? 3 : /docs\/(decisions|internal)\//.test(page) ? 0.3 : 1
}

/** The pages import modules as if they were in this folder: they have no folder with modules above them. */
function modulesFromHere(id, importer, options) {
  if (importer?.split('?')[0].endsWith('.md') && id.startsWith('vue')) {
    return this.resolve(id, import.meta.filename, { ...options, skipSelf: true })
  }
}
