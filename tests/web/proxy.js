// A reverse proxy, as small as can be: it takes a path away and forwards.
import http from 'node:http';

// Listens on any free port: {url, outside, forwardTo, stop}. `url` ends in the
// path, without a slash. Whatever is asked for beside it is a 404, and stands
// in `outside`. Forwarded is to the port that was last given to forwardTo.
export async function startProxy(path) {
  const outside = [];
  let port;
  const proxy = http.createServer((request, response) => {
    if (!request.url.startsWith(`${path}/`)) {
      outside.push(request.url);
      response.writeHead(404).end();
      return;
    }
    const forwarded = http.request({
      host: '127.0.0.1',
      port,
      agent: false,
      method: request.method,
      path: request.url.slice(path.length),
      headers: { ...request.headers, host: `127.0.0.1:${port}` },
    });
    forwarded.once('response', (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      response.flushHeaders(); // of a stream, before it has something to tell
      answer.pipe(response);
    });
    forwarded.once('error', () => response.destroy());
    response.once('close', () => forwarded.destroy());
    request.pipe(forwarded);
  });
  await new Promise((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${proxy.address().port}${path}`,
    outside,
    forwardTo(server) {
      port = server;
    },
    stop() {
      proxy.closeAllConnections();
      return new Promise((resolve) => {
        proxy.close(resolve);
      });
    },
  };
}
