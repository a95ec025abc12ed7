// Fails if a link of the built site leads nowhere: each file exists, and each anchor is in its page. Argument: the folder of the site.
import fs from 'node:fs'
import path from 'node:path'

const site = path.resolve(process.argv[2])
const unescape = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
const attributes = (html, names) => [...html.matchAll(new RegExp(`\\s(?:${names})="([^"]*)"`, 'g'))].map(([, value]) => unescape(value))

const anchors = new Map()
function hasAnchor(file, anchor) {
  if (!anchors.has(file)) anchors.set(file, new Set(attributes(fs.readFileSync(file, 'utf8'), 'id')))
  return anchors.get(file).has(anchor)
}

const dead = []
const pages = fs.readdirSync(site, { recursive: true }).filter((file) => file.endsWith('.html'))
for (const page of pages) {
  for (const link of new Set(attributes(fs.readFileSync(path.join(site, page), 'utf8'), 'href|src'))) {
    if (/^[a-z]+:/i.test(link)) continue
    const [, file, anchor] = /^([^#?]*)[^#]*(?:#(.*))?$/.exec(link)
    const target = file === '' ? path.join(site, page) : path.resolve(site, path.dirname(page), decodeURIComponent(file))
    const found = target.startsWith(site) && !file.startsWith('/') && fs.existsSync(target) && fs.statSync(target).isFile()
    if (!found || (anchor && target.endsWith('.html') && !hasAnchor(target, decodeURIComponent(anchor)))) dead.push(`${page}: ${link}`)
  }
}
if (dead.length > 0) {
  console.error(`The site has dead links:\n  ${dead.join('\n  ')}`)
  process.exit(1)
}
