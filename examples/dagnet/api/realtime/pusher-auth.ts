// graph-editor/api/realtime/pusher-auth.ts: lets in those whom GitHub lets read the repository
import { pusherAuth } from '@dagnet-realtime/client/pusher-auth';

const GITHUB = process.env.GITHUB_API ?? 'https://api.github.com';

export async function allowed(request: Request): Promise<boolean | null> {
  const authorization = request.headers.get('authorization');
  if (!authorization) return null;
  const answer = await fetch(`${GITHUB}/repos/${process.env.REALTIME_REPO}`, { headers: { authorization } });
  if (answer.status === 401) return null;
  if (answer.status === 404) return false;
  if (!answer.ok) throw new Error(`GitHub answers ${answer.status}`); // its rate limit, or its own trouble
  return (await answer.json()).private === true; // a public repository can be read by everyone
}

const handler = pusherAuth({
  key: process.env.PUSHER_KEY!,
  secret: process.env.PUSHER_SECRET!,
  cluster: 'eu',
  workspace: 'acme-main',
  env: 'prod',
  tokenKey: process.env.REALTIME_TOKEN_KEY!,
  allowed,
});
export { handler as GET, handler as POST, handler as OPTIONS };
