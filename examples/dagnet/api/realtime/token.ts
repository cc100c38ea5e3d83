// graph-editor/api/realtime/token.ts: viewer tokens for those whom GitHub lets read the repository
import { mintViewerToken } from '@dagnet-realtime/client/token';

const GITHUB = process.env.GITHUB_API ?? 'https://api.github.com';

export async function GET(request: Request): Promise<Response> {
  const refused = (status: number) => new Response(null, { status, headers: { 'cache-control': 'no-store' } });
  const authorization = request.headers.get('authorization') ?? '';
  const ask = (path: string) => fetch(GITHUB + path, { headers: { authorization } });
  try {
    const [repository, user] = await Promise.all([ask(`/repos/${process.env.REALTIME_REPO}`), ask('/user')]);
    if (repository.status === 401 || user.status === 401) return refused(401);
    if (repository.status === 404) return refused(403);
    if (!repository.ok || !user.ok) return refused(503); // its rate limit, or its own trouble
    if ((await repository.json()).private !== true) return refused(403); // everyone may read it
    const viewer = `github-${(await user.json()).id}`;
    const key = process.env.REALTIME_VIEWER_KEY!;
    const token = await mintViewerToken({ key, workspace: 'acme-main', env: 'prod', viewer, role: 'follow' });
    return Response.json({ token }, { headers: { 'cache-control': 'no-store' } });
  } catch {
    return refused(503);
  }
}
