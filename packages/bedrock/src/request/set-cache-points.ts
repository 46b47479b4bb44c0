import type {
  CachePointBlock,
  ContentBlock,
  Message,
  SystemContentBlock,
  ToolConfiguration,
} from "./converse-input.ts";

export interface CachePlan {
  /** How many points may be set. */
  readonly points: number;
  /** Whether one may stand after the tools. */
  readonly tools: boolean;
  /** Estimated tokens that a prompt needs before any is set. */
  readonly leastTokens: number;
  readonly ttl: "5m" | "1h" | undefined;
}

export interface Prompt {
  readonly system: readonly SystemContentBlock[];
  readonly messages: readonly Message[];
  readonly tools: ToolConfiguration | undefined;
}

/** Four characters are about a token; what images and files come to is not counted. */
const charactersPerToken = 4;

/**
 * Sets cache points where the next request will look for them: at the end of the conversation, after the system
 * prompt, after the tools, and at the end of the user's turn before, which a request of that turn has written.
 */
export function setCachePoints(prompt: Prompt, plan: CachePlan): Prompt {
  if (plan.points === 0 || estimate(prompt) < plan.leastTokens) return prompt;
  const cachePoint: CachePointBlock = { type: "default", ...(plan.ttl !== undefined && { ttl: plan.ttl }) };
  const users = prompt.messages.flatMap((message, place) => (message.role === "user" ? [place] : [])).reverse();
  const [last, previous] = users;
  let left = plan.points;
  const take = (there: boolean) => there && left-- > 0;
  const atLast = take(last !== undefined);
  const atSystem = take(prompt.system.length > 0);
  const atTools = take(plan.tools && prompt.tools !== undefined);
  const atPrevious = take(previous !== undefined);
  return {
    system: atSystem ? [...prompt.system, { cachePoint }] : prompt.system,
    tools:
      atTools && prompt.tools !== undefined
        ? { ...prompt.tools, tools: [...(prompt.tools.tools ?? []), { cachePoint }] }
        : prompt.tools,
    messages: prompt.messages.map((message, place) => {
      const here = (place === last && atLast) || (place === previous && atPrevious);
      return here ? { ...message, content: withPoint(message.content ?? [], cachePoint) } : message;
    }),
  };
}

/** Bedrock refuses a point right after a document or a video: it stands before those that end the message. */
function withPoint(content: readonly ContentBlock[], cachePoint: CachePointBlock): ContentBlock[] {
  const end = content.findLastIndex((block) => block.document === undefined && block.video === undefined) + 1;
  return end === 0 ? [...content] : [...content.slice(0, end), { cachePoint }, ...content.slice(end)];
}

function estimate({ system, messages, tools }: Prompt): number {
  const said = messages.flatMap((message) => message.content ?? []).map(charactersOf);
  const characters =
    said.reduce((sum, count) => sum + count, 0) +
    system.reduce((sum, block) => sum + (block.text?.length ?? 0), 0) +
    (tools === undefined ? 0 : JSON.stringify(tools).length);
  return characters / charactersPerToken;
}

function charactersOf(block: ContentBlock): number {
  if (block.text !== undefined) return block.text.length;
  if (block.toolUse !== undefined) return JSON.stringify(block.toolUse).length;
  return (block.toolResult?.content ?? []).reduce(
    (sum, part) => sum + (part.text?.length ?? (part.json === undefined ? 0 : JSON.stringify(part.json).length)),
    0,
  );
}
