// Keeps what a technician needs where there is no signal: the pages of the day, as they were seen last, and the files of this build. It changes nothing and sends
// nothing: what is done without a signal waits in the page's own outbox.
'use strict';
const pages = 'pages-1', files = 'files-1', patience = 6000, mostFiles = 80;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', event => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== pages && name !== files) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener('fetch', event => {
  const { request } = event, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === 'GET' && url.pathname.startsWith('/assets/') && url.searchParams.has('v')) event.respondWith(file(request));
  else if (request.method === 'GET' && request.mode === 'navigate' && isKept(url)) event.respondWith(page(request));
  else if (request.method === 'POST' && url.pathname === '/logout') event.respondWith(leave(request));
});

const isKept = url => url.pathname === '/app' || url.pathname === '/app/schedule' || url.pathname.startsWith('/app/visits/');

async function file(request) {
  const cache = await caches.open(files), kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
    const all = await cache.keys();
    for (const old of all.slice(0, Math.max(0, all.length - mostFiles))) await cache.delete(old);
  }
  return answer;
}

async function page(request) {
  const cache = await caches.open(pages), stop = new AbortController(), timer = setTimeout(() => stop.abort(), patience);
  try {
    const answer = await fetch(request, { signal: stop.signal });
    if (answer.ok && !answer.redirected) await cache.put(request.url, answer.clone());
    return answer;
  } catch {
    return await cache.match(request.url) ?? none();
  } finally {
    clearTimeout(timer);
  }
}

const none = () => new Response(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>No signal</title></head>
<body><main><h1>No signal</h1><p>This page was not kept on the telephone. <a href="/app">Your day</a> was.</p></main></body></html>`, { status: 503, headers: { 'Content-Type': 'text/html; charset=utf-8' } });

// Whoever signs out leaves no pages behind. What waits to be sent stays, and is theirs.
async function leave(request) {
  const answer = await fetch(request);
  await caches.delete(pages);
  return answer;
}

self.addEventListener('message', event => {
  if (!Array.isArray(event.data?.keep)) return;
  event.waitUntil((async () => {
    const cache = await caches.open(pages);
    for (const path of event.data.keep) {
      try {
        const url = new URL(path, location.origin);
        if (url.origin !== location.origin || !isKept(url)) continue;
        const answer = await fetch(url, { headers: { Accept: 'text/html' } });
        if (!answer.ok || answer.redirected) continue;
        await cache.put(url.href, answer.clone());
        // And what it needs to be more than words.
        for (const [, asset] of (await answer.text()).matchAll(/(?:src|href)="(\/assets\/[^"#]+\?v=[^"#]+)/g)) await file(new Request(new URL(asset, location.origin)));
      } catch { return; }
    }
    for (const client of await self.clients.matchAll()) client.postMessage({ kept: event.data.keep.length });
  })());
});
