/**
 * Settings of the Python Hermes that have no meaning here, by place (`""` is the top, `*` any name).
 * They are left out without a warning. Source: the defaults and the example file of NousResearch/hermes-agent.
 */
export const PYTHON_KEYS: Readonly<Record<string, readonly string[]>> = {
  "": words(`
    _config_version agent always_log_local auxiliary bedrock browser checkpoints code_execution command_allowlist
    compression context context_file_max_chars cron curator dashboard database desktop disabled_toolsets discord
    display file_read_max_chars filter_silence_narration gateway goals group_sessions_per_user homeassistant honcho
    hooks hooks_auto_accept human_delay image_gen kanban known_builtin_toolsets known_plugin_toolsets logging lsp
    matrix mattermost max_concurrent_sessions max_turns mcp mcp_discovery_timeout
    mcp_single_query_discovery_timeout memory moa model_aliases model_catalog multiplex_profiles network onboarding
    openrouter personalities platform_hints platform_toolsets platforms plugins prefill_messages_file privacy
    profile_routes prompt_caching provider_routing proxy quick_commands require_mention reset_triggers runtime
    secrets security session_reset signal skills slack smart_model_routing stt stt_echo_transcripts
    streaming telegram thread_sessions_per_user timeouts timezone tool_loop_guardrails tool_output tools toolsets
    tts unauthorized_dm_behavior updates video_gen voice whatsapp worktree worktree_sync`),
  model: words("api_mode auth_mode entra openai_runtime supports_vision"),
  "providers.*": words(`
    allowed_models default_model discover_models enabled extra_body key_cmd max_output_tokens max_tokens model models
    name rate_limit_delay request_timeout_seconds ssl_ca_cert ssl_verify stale_timeout_seconds`),
  delegation: words(`
    inherit_mcp_toolsets max_async_children orchestrator_enabled role_routes subagent_auto_approve`),
  approvals: words(`
    approval cron_mode denial_breaker_threshold destructive_slash_confirm mcp_reload_confirm single_query_mode
    smart_policy`),
  sessions: words("auto_prune min_interval_hours vacuum_after_prune"),
  terminal: words(`
    auto_source_bashrc container_cpu container_disk container_memory container_persistent cwd
    daemon_term_grace_seconds daytona_image docker_env docker_extra_args docker_forward_env docker_image
    docker_mount_cwd_to_workspace docker_network docker_run_as_host_user docker_shm_size docker_volumes
    env_passthrough font_family home_mode lifetime_seconds modal_image modal_mode persistent_shell shell_init_files
    singularity_image ssh_host ssh_key ssh_port ssh_user sudo_password vercel_runtime`),
  web: words("backend extract_backend extract_char_limit search_backend use_gateway"),
  "mcp_servers.*": words("auth connect_timeout oauth prompts resources sampling ssl_verify tools transport"),
};

/** Other names by which the Python Hermes knows a provider of ours. */
export const PYTHON_PROVIDER_NAMES: Readonly<Record<string, string>> = {
  claude: "anthropic",
  google: "gemini",
  grok: "xai",
  "x-ai": "xai",
  "openai-api": "openai",
  llamacpp: "custom",
  ollama: "custom",
  vllm: "custom",
};

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
