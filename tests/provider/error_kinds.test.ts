import assert from "node:assert/strict";
import { errorKind } from "../../lib/provider/error_kinds.ts";
import { serverWords } from "../../lib/provider/server_words.ts";
import type { ProviderErrorCode } from "../../lib/support/errors.ts";

/** What servers say, by what it means: a status and a body, an object for JSON. */
type Said = readonly [status: number | null, body: unknown];

function kindOf([status, body]: Said) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return errorKind(status, serverWords(text, NaN).words);
}

function openAi(message: string, code: string | null = null, type = "invalid_request_error") {
  return { error: { message, type, param: null, code } };
}

function google(status: string, message: string, details: unknown[] = []) {
  return [{ error: { code: 400, message, status, details } }];
}

function routed(message: string, raw: unknown) {
  const metadata = { raw: typeof raw === "string" ? raw : JSON.stringify(raw), provider_name: "Some" };
  return { error: { message, code: 400, metadata }, user_id: "u" };
}

const TABLE: readonly (readonly [ProviderErrorCode, readonly Said[]])[] = [
  ["context_length", [
    [
      400,
      openAi(
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens. Please reduce the length of the messages.",
        "context_length_exceeded",
      ),
    ],
    [
      400,
      openAi(
        "Your input exceeds the context window of this model. Please adjust your input and try again.",
        "context_length_exceeded",
      ),
    ],
    [
      400,
      openAi(
        "Invalid 'messages[1].content': string too long. Expected a string with maximum length 10485760, but got a string with length 12582912 instead.",
        "string_above_max_length",
      ),
    ],
    [
      429,
      openAi(
        "Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Requested 52001. The input or output tokens must be reduced in order to run successfully.",
        "rate_limit_exceeded",
        "tokens",
      ),
    ],
    [400, {
      type: "error",
      error: { type: "invalid_request_error", message: "prompt is too long: 208310 tokens > 200000 maximum" },
    }],
    [400, {
      type: "error",
      error: {
        type: "invalid_request_error",
        message:
          "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again",
      },
    }],
    [413, {
      type: "error",
      error: { type: "request_too_large", message: "Request exceeds the maximum size" },
    }],
    [
      400,
      google(
        "INVALID_ARGUMENT",
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
      ),
    ],
    [400, google("INVALID_ARGUMENT", "Request payload size exceeds the limit: 20971520 bytes.")],
    [400, {
      object: "error",
      message:
        "Prompt contains 40012 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
      type: "invalid_request_prompt",
      code: "3051",
    }],
    [400, openAi("Please reduce the length of the messages or completion.", "context_length_exceeded")],
    [
      413,
      openAi(
        "Request too large for model `llama-3.1-8b-instant` in organization `org` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 9000, please reduce your message size and try again.",
        "rate_limit_exceeded",
        "tokens",
      ),
    ],
    [400, {
      code: "Client specified an invalid argument",
      error: "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
    }],
    [
      422,
      openAi(
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens and 512 `max_new_tokens`",
      ),
    ],
    [
      400,
      openAi(
        "The input (9001 tokens) is longer than the model's context length (8192 tokens).",
        "invalid_request",
      ),
    ],
    [
      400,
      openAi("The prompt is too long: 200000, model maximum context length: 131071", "invalid_request_error"),
    ],
    [400, {
      message:
        "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5000. Try using a shorter prompt, or enabling prompt truncating.",
    }],
    [400, {
      object: "error",
      message:
        "The decoder prompt (length 9000) is longer than the maximum model length of 8192. Make sure that `max_model_len` is no smaller than the number of text tokens.",
      type: "BadRequestError",
      code: 400,
    }],
    [400, {
      error: {
        message:
          "'max_tokens' or 'max_completion_tokens' is too large: 32000. This model's maximum context length is 32768 tokens and your request has 5000 input tokens (32000 > 32768 - 5000).",
        type: "BadRequestError",
        param: null,
        code: 400,
      },
    }],
    [400, {
      error: {
        code: 400,
        message:
          "the request exceeds the available context size. try increasing the context size or enable context shift",
        type: "exceed_context_size_error",
        n_prompt_tokens: 5000,
        n_ctx: 4096,
      },
    }],
    [500, {
      error: {
        code: 500,
        message: "the request exceeds the available context size, try increasing it",
        type: "server_error",
      },
    }],
    [400, openAi("prompt too long; exceeded max context length by 1119046 tokens (ref: 9616)")],
    [500, { error: "input length exceeds maximum context length" }],
    [400, {
      error:
        "Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.",
    }],
    [400, {
      error: "The number of tokens to keep from the initial prompt is greater than the context length.",
    }],
    [400, { message: "Input is too long for requested model." }],
    [400, {
      __type: "ValidationException",
      message: "The model returned the following errors: input is too long",
    }],
    [400, { message: "Too many input tokens. Max input tokens: 128000, request input token count: 130000" }],
    [400, { error: { code: "1261", message: "Prompt exceeds max length" } }],
    [400, {
      error: {
        message: "Invalid request: Your request exceeded model token limit: 131072 (requested: 140000)",
        type: "invalid_request_error",
      },
    }],
    [400, {
      code: "InvalidParameter",
      message: "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]",
      request_id: "r",
    }],
    [400, {
      type: "error",
      error: {
        type: "bad_request_error",
        message: "invalid params, context window exceeds limit (2013)",
        http_code: "400",
      },
    }],
    [400, {
      error: {
        message: "The total length of all messages is too long.",
        type: "too_many_prompt_tokens",
        code: 400,
      },
    }],
    [
      400,
      openAi(
        "Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192",
        "context_length_exceeded",
      ),
    ],
    [400, {
      error: {
        message: "prompt token count of 150000 exceeds the limit of 128000",
        code: "model_max_prompt_tokens_exceeded",
      },
    }],
    [422, {
      error: "Input validation error: `inputs` must have less than 4095 tokens. Given: 5000",
      error_type: "validation",
    }],
    [400, {
      errors: [{
        message:
          "AiError: The estimated number of input and maximum output tokens (40000) exceeded this model context window limit (32768)",
        code: 5021,
      }],
      success: false,
    }],
    [400, {
      error: {
        message: "litellm.ContextWindowExceededError: litellm.BadRequestError: Error",
        type: null,
        code: "400",
      },
    }],
    [
      400,
      routed("Provider returned error", {
        type: "error",
        error: { type: "invalid_request_error", message: "prompt is too long: 9 tokens > 8 maximum" },
      }),
    ],
    [413, ""],
    [413, "<html><head><title>413 Request Entity Too Large</title></head></html>"],
    [null, { error: { message: "Your input exceeds the context window of this model." } }],
    [400, {
      errors: [{
        code: "invalid",
        detail: "the number of input tokens 5000 cannot exceed the total tokens limit 4096 for this model",
      }],
    }],
    [400, { error: { message: "输入长度超过模型最大长度" } }],
  ]],
  ["auth", [
    [401, ""],
    [
      400,
      google("INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [{
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: "API_KEY_INVALID",
      }]),
    ],
    [400, google("INVALID_ARGUMENT", "API key expired. Please renew the API key.")],
    [400, google("INVALID_ARGUMENT", "Missing or invalid Authorization header.")],
    [400, {
      code: "invalid-argument",
      error: "Incorrect API key provided. You can obtain an API key from https://console.x.ai.",
    }],
    [400, { error: { message: "This organization has been disabled.", type: "invalid_request_error" } }],
    [400, { detail: "Invalid API Key" }],
    [404, { message: "Unauthorized" }],
    [
      403,
      google(
        "PERMISSION_DENIED",
        "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
      ),
    ],
    [403, google("PERMISSION_DENIED", "Your API key was reported as leaked. Please use another API key.")],
    [403, google("PERMISSION_DENIED", "Permission denied: Consumer 'api_key:x' has been suspended.")],
    [403, { error: { message: "Your account has been suspended for violating our usage policies" } }],
    [401, { error: { message: "Invalid token", type: "authentication_error" } }],
    [400, routed("Provider returned error", { error: { message: "invalid api key" } })],
    [null, { error: { message: "Invalid authentication", type: "authentication_error" } }],
    [403, {
      type: "error",
      error: {
        type: "permission_error",
        message: "Your API key does not have permission to use the specified resource.",
      },
    }],
    [403, { error: { message: "This API key doesn't have the required permissions for this endpoint." } }],
    [403, { detail: { status: "missing_permissions", message: "The API key lacks the scope chat" } }],
    [403, openAi("You have insufficient permissions for this operation. Missing scopes: model.request.")],
    [403, google("PERMISSION_DENIED", "Request had insufficient authentication scopes.")],
    [403, { error: { message: "not yours" } }],
    [403, ""],
    [403, "<html><head><title>403 Forbidden</title></head></html>"],
  ]],
  ["content_filter", [
    [403, {
      error: {
        message:
          'anthropic/claude requires moderation on OpenInference. Your input was flagged for "violence". No credits were charged.',
        code: 403,
        metadata: { reasons: ["violence"], flagged_input: "how to", provider_name: "Anthropic" },
      },
    }],
    [403, {
      error: {
        code: 403,
        message: "Provider returned error",
        metadata: {
          provider_name: "xAI",
          raw:
            '{"code":"The caller does not have permission to execute the specified operation","error":"Content violates usage guidelines. Team: bb642ce4, API key ID: 5bfd0532-8fa8-4e41-8eda-16a9a73a8d6d, Model: grok-code-fast-1, Failed check: SAFETY_CHECK_TYPE_DATA_LEAKAGE"}',
        },
      },
    }],
    [
      400,
      openAi(
        "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
        "content_filter",
      ),
    ],
    [400, openAi("Your request was rejected as a result of our safety system.", "content_policy_violation")],
    [
      400,
      openAi(
        "Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt.",
        "invalid_prompt",
      ),
    ],
    [400, {
      type: "error",
      error: { type: "invalid_request_error", message: "Output blocked by content filtering policy" },
    }],
    [400, {
      error: {
        code: "data_inspection_failed",
        message: "Input data may contain inappropriate content.",
        type: "data_inspection_failed",
      },
    }],
    [400, {
      error: { message: "Content Exists Risk", type: "invalid_request_error", code: "invalid_request_error" },
    }],
    [400, {
      error: {
        message: "The request was rejected because it was considered high risk",
        type: "content_filter",
      },
    }],
    [400, { error: { code: "1301", message: "系统检测到输入或生成内容可能包含不安全或敏感内容" } }],
    [400, { base_resp: { status_code: 1026, status_msg: "input new_sensitive" } }],
    [403, { error: { message: "Request blocked by guardrail: prohibited content" } }],
    [403, { error: { message: "Input flagged by moderation" } }],
    [422, { error: { message: "Prohibited content detected", code: "PROHIBITED_CONTENT" } }],
    [null, { error: { message: "The content was flagged by our safety system", code: "content_filter" } }],
  ]],
  ["quota", [
    [402, ""],
    [402, {
      error: { message: "Insufficient Balance", type: "unknown_error", code: "invalid_request_error" },
    }],
    [402, {
      error: {
        message:
          "This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can only afford 12000.",
        code: 402,
      },
    }],
    [
      429,
      openAi(
        "You exceeded your current quota, please check your plan and billing details.",
        "insufficient_quota",
        "insufficient_quota",
      ),
    ],
    [
      429,
      openAi(
        "Your account org <x> is suspended, please check your plan and billing details",
        null,
        "exceeded_current_quota_error",
      ),
    ],
    [429, {
      error: { code: "1113", message: "Insufficient balance or no resource package. Please recharge." },
    }],
    [429, { error: { code: "1113", message: "您的账户已欠费，请充值后重试。" } }],
    [429, openAi("You have no credits left for requests today", null, "insufficient_quota")],
    [429, openAi("Your plan has no tokens left", "insufficient_quota", "insufficient_quota")],
    [429, { error: { message: "insufficient_quota" } }],
    [400, {
      type: "error",
      error: {
        type: "invalid_request_error",
        message: "Your credit balance is too low to access the Anthropic API.",
      },
    }],
    [400, {
      type: "error",
      error: {
        type: "invalid_request_error",
        message:
          "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.",
      },
    }],
    [403, {
      code: "The caller does not have permission to execute the specified operation",
      error:
        "Your newly created team doesn't have any credits yet. You can purchase those on https://console.x.ai.",
    }],
    [429, {
      code: "Some resource has been exhausted",
      error: "Your team x has either used all available credits or reached its monthly spending limit.",
    }],
    [400, {
      code: "Arrearage",
      message: "Access denied, please make sure your account is in good standing.",
    }],
    [
      401,
      openAi(
        "Your account is not active, please check your billing details on our website.",
        "billing_not_active",
      ),
    ],
    [403, {
      error: {
        code: "AccountOverdueError",
        message: "The request failed because your account has an overdue balance.",
      },
    }],
    [null, { error: { message: "out of credits", code: 402 } }],
  ]],
  ["bad_request", [
    [403, openAi("You are not allowed to sample from this model")],
    [403, openAi("Project `proj_x` does not have access to model `gpt-5`", "model_not_found")],
    [
      403,
      openAi(
        "Your organization must be verified to use the model `o3`. Please go to: https://platform.openai.com/settings",
        null,
      ),
    ],
    [
      403,
      openAi(
        "Country, region, or territory not supported",
        "unsupported_country_region_territory",
        "request_forbidden",
      ),
    ],
    [
      403,
      openAi(
        "The model `x` is blocked at the project level. Please have a project admin enable this model",
        "model_permission_blocked_project",
      ),
    ],
    [
      403,
      openAi(
        "The model `x` is blocked at the organization level. Please have an organization admin enable it",
        "model_permission_blocked_org",
      ),
    ],
    [403, { error: { message: "Forbidden", code: "model_permission_blocked_project" } }],
    [403, { error: { message: "Your API key does not have permission to use the model `x`." } }],
    [403, { error: { message: "This API key does not have access to this model." } }],
    [403, { error: { message: "The model is gated; accept its terms first" } }],
    [
      403,
      google(
        "PERMISSION_DENIED",
        "Permission denied on resource project x for model gemini-3 in this location.",
      ),
    ],
    [403, { message: "You don't have access to the model with the specified model ID." }],
    [
      404,
      openAi("The model `non-existent` does not exist or you do not have access to it.", "model_not_found"),
    ],
    [404, { error: { code: 404, message: "No endpoints found matching your data policy" } }],
    [
      400,
      openAi(
        "max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you provided 100000.",
        "invalid_value",
      ),
    ],
    [
      400,
      openAi(
        "Invalid 'tools[0].function.description': string too long. Expected a string with maximum length 1024, but got a string with length 2000 instead.",
        "string_above_max_length",
      ),
    ],
    [400, {
      type: "error",
      error: {
        type: "invalid_request_error",
        message:
          "messages.3.content.0.image.source.base64: image exceeds 5 MB maximum: 6000000 bytes > 5242880 bytes",
      },
    }],
    [400, {
      code: "Client specified an invalid argument",
      error: "Model grok-code-fast-1 does not support parameter reasoningEffort.",
    }],
    [422, {
      detail: [{
        type: "extra_forbidden",
        loc: ["body", "stream_options"],
        msg: "Extra inputs are not permitted",
        input: { note: "the prompt is too long" },
      }],
    }],
    [404, ""],
    [
      400,
      google(
        "INVALID_ARGUMENT",
        "Unable to submit request because it has a maxOutputTokens value of 100000 but the supported range is from 1 (inclusive) to 65537 (exclusive).",
      ),
    ],
  ]],
  ["rate_limited", [
    [429, ""],
    [
      429,
      google(
        "RESOURCE_EXHAUSTED",
        "You exceeded your current quota, please check your plan and billing details.",
      ),
    ],
    [429, {
      error: {
        code: 429,
        message:
          "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day",
      },
    }],
    [
      429,
      openAi(
        "Rate limit reached for gpt-4o in organization org on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s.",
        "rate_limit_exceeded",
        "tokens",
      ),
    ],
    [429, {
      status: 429,
      error: "INSUFFICIENT QUOTA",
      message: "You exceeded your current limit of concurrent requests.",
    }],
    [429, openAi("Too many simultaneous requests for your plan", "insufficient_quota", "insufficient_quota")],
    [429, openAi("You exceeded your quota of 20 requests per day", null, "insufficient_quota")],
    [429, { error: { message: "Insufficient quota: 100000 tokens per minute are used" } }],
    [429, { error: { message: "Insufficient token quota", code: "insufficient_quota" } }],
    [429, { error: { message: "当前并发额度已用完" } }],
    [403, { message: "insufficient_quota: RPM of this key exceeded" }],
    [null, { error: { message: "Insufficient quota for concurrent calls", code: "insufficient_quota" } }],
    [400, { __type: "ThrottlingException", message: "Too many requests, please wait before trying again." }],
    [403, { message: "You have exceeded a secondary rate limit" }],
    [429, { message: "Requests rate limit exceeded" }],
    [null, { error: { message: "Rate limit reached", type: "rate_limit_error" } }],
  ]],
  ["malformed", [
    [
      400,
      openAi(
        "Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details.",
        "tool_use_failed",
      ),
    ],
    [
      400,
      openAi(
        "tool call validation failed: attempted to call tool 'json' which was not in request.tools",
        "tool_use_failed",
      ),
    ],
    [400, openAi("Failed to generate JSON. Please adjust your prompt.", "json_validate_failed")],
    [500, { error: { message: "error parsing tool call: raw='{\"a\":', err=unexpected end of JSON input" } }],
    [500, {
      error: {
        code: 500,
        message: "Failed to parse tool call arguments as JSON: [json.exception.parse_error.101]",
        type: "server_error",
      },
    }],
    [400, routed("Provider returned error", openAi("Failed to parse tool call", "output_parse_failed"))],
    [400, { error: { message: "MALFORMED_FUNCTION_CALL" } }],
    [null, { error: { message: "Failed to parse function call", code: "tool_use_failed" } }],
  ]],
  ["server", [
    [500, ""],
    [500, { error: { message: "insufficient_quota" } }],
    [502, { error: { message: "context deadline exceeded" } }],
    [503, { error: { message: "The model is overloaded. Please try again later.", status: "UNAVAILABLE" } }],
    [529, { type: "error", error: { type: "overloaded_error", message: "Overloaded" } }],
    [408, ""],
    [498, { error: { message: "flex capacity exceeded" } }],
    [522, "<html><head><title>522: Connection timed out</title></head></html>"],
  ]],
  ["setup", [[407, ""]]],
];

for (const [code, members] of TABLE) {
  Deno.test(`errorKind() knows ${code} in the words of ${members.length} servers`, () => {
    for (const each of members) assert.equal(kindOf(each).code, code, JSON.stringify(each));
  });
}

Deno.test("errorKind() guesses only where a 403 does not say of what it speaks", () => {
  const guessed = ["", { error: { message: "not yours" } }, "<html><title>403 Forbidden</title></html>", {
    message: "Forbidden",
  }];
  for (const body of guessed) assert.deepEqual(kindOf([403, body]), { code: "auth", isGuess: true });
  assert.deepEqual(kindOf([401, ""]), { code: "auth", isGuess: false });
  assert.deepEqual(kindOf([403, { error: "invalid api key" }]), { code: "auth", isGuess: false });
  const lacking = {
    error: { message: "Your API key does not have permission to use the specified resource." },
  };
  assert.deepEqual(kindOf([403, lacking]), { code: "auth", isGuess: false });
});
