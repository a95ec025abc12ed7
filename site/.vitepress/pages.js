// The pages of the site, in the order of its sidebar.
import fs from 'node:fs'
import path from 'node:path'

/** The folder of the whole project: the pages stay where a reader of the repository finds them. */
export const ROOT = path.resolve(import.meta.dirname, '../..')

const read = (file) => fs.readFileSync(path.join(ROOT, file), 'utf8')

export const VERSION = /<artifactId>selvage-parent<\/artifactId>\s*<version>(.+?)<\/version>/.exec(read('pom.xml'))[1]

/** The heading of a page, without marks for code. */
export const titleOf = (page) => /^# (.+)$/m.exec(read(page))[1].replaceAll('`', '')

/** The pages that an index links to at the beginning of a line of its list or table, in this order; before them the index. */
function withIndex(index) {
  const links = [...read(index).matchAll(/^(?:\d+\. |\| )\[.+?\]\((.+?\.md)\)/gm)]
  return [index, ...links.map(([, file]) => path.posix.join(path.posix.dirname(index), file))]
}

export const GROUPS = [
  { text: 'Guide', pages: withIndex('docs/guide/index.md') },
  {
    text: 'Reference',
    pages: [
      'docs/glossary.md',
      'docs/simulation.md',
      'docs/comparison.md',
      'docs/performance.md',
      'docs/versions.md',
      'CHANGELOG.md',
      'SECURITY.md',
    ],
  },
  {
    text: 'For contributors',
    pages: [
      'CONTRIBUTING.md',
      'docs/architecture.md',
      'docs/adding-an-operation.md',
      'docs/testing.md',
      'docs/internal/seed-coverage.md',
      'RELEASE.md',
    ],
  },
  { text: 'Decisions', collapsed: true, pages: withIndex('docs/decisions/README.md') },
]

export const PAGES = ['README.md', ...GROUPS.flatMap((group) => group.pages)]

/** Where a page is on the site: a README is the index of its folder. */
export const onSite = (page) => page.replace(/README(?=\.md)/, 'index')
