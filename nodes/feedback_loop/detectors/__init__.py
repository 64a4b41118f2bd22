"""Detectors: deterministic, blind, one file each. `DETECTORS` lists them; nothing registers itself."""

from __future__ import annotations

from nodes.feedback_loop.detectors.bottleneck import Bottleneck
from nodes.feedback_loop.detectors.call_loop import CallLoop
from nodes.feedback_loop.detectors.cold_start import ColdStart
from nodes.feedback_loop.detectors.connection_lost import ConnectionLost
from nodes.feedback_loop.detectors.context_growth import ContextGrowth
from nodes.feedback_loop.detectors.cost_spike import CostSpike
from nodes.feedback_loop.detectors.delegation_cycle import DelegationCycle
from nodes.feedback_loop.detectors.empty_output import EmptyOutput
from nodes.feedback_loop.detectors.fruitless_calls import FruitlessCalls
from nodes.feedback_loop.detectors.futile_changes import FutileChanges
from nodes.feedback_loop.detectors.guardrail_bypassed import GuardrailBypassed
from nodes.feedback_loop.detectors.invalid_output import InvalidOutput
from nodes.feedback_loop.detectors.latency_regression import LatencyRegression
from nodes.feedback_loop.detectors.memory_corrupted import MemoryCorrupted
from nodes.feedback_loop.detectors.misrouted import Misrouted
from nodes.feedback_loop.detectors.no_progress import NoProgress
from nodes.feedback_loop.detectors.output_truncated import OutputTruncated
from nodes.feedback_loop.detectors.overlong_plan import OverlongPlan
from nodes.feedback_loop.detectors.oversized_content import OversizedContent
from nodes.feedback_loop.detectors.owned_up import OwnedUp
from nodes.feedback_loop.detectors.ping_pong import PingPong
from nodes.feedback_loop.detectors.premature_end import PrematureEnd
from nodes.feedback_loop.detectors.prompt_injection import PromptInjection
from nodes.feedback_loop.detectors.protocol import Detector, Topic, Watches
from nodes.feedback_loop.detectors.rate_limited import RateLimited
from nodes.feedback_loop.detectors.reasoning_loop import ReasoningLoop
from nodes.feedback_loop.detectors.redundant_call import RedundantCall
from nodes.feedback_loop.detectors.retry_storm import RetryStorm
from nodes.feedback_loop.detectors.secret_exposed import SecretExposed
from nodes.feedback_loop.detectors.serial_calls import SerialCalls
from nodes.feedback_loop.detectors.slow_outlier import SlowOutlier
from nodes.feedback_loop.detectors.stale_data import StaleData
from nodes.feedback_loop.detectors.swallowed_error import SwallowedError
from nodes.feedback_loop.detectors.timeout import Timeout
from nodes.feedback_loop.detectors.toggling import Toggling
from nodes.feedback_loop.detectors.tool_error import ToolError
from nodes.feedback_loop.detectors.ungrounded_output import UngroundedOutput
from nodes.feedback_loop.detectors.unused_answer import UnusedAnswer
from nodes.feedback_loop.detectors.validation_failed import ValidationFailed

DETECTORS: tuple[type[Detector], ...] = (
    ToolError,
    OwnedUp,
    Timeout,
    RateLimited,
    RetryStorm,
    ConnectionLost,
    OutputTruncated,
    InvalidOutput,
    EmptyOutput,
    ValidationFailed,
    NoProgress,
    RedundantCall,
    SlowOutlier,
    ColdStart,
    ContextGrowth,
    OversizedContent,
    CostSpike,
    Bottleneck,
    SwallowedError,
    SecretExposed,
    CallLoop,
    DelegationCycle,
    FruitlessCalls,
    FutileChanges,
    GuardrailBypassed,
    MemoryCorrupted,
    OverlongPlan,
    PingPong,
    Toggling,
    ReasoningLoop,
    SerialCalls,
    StaleData,
    PromptInjection,
    UnusedAnswer,
    Misrouted,
    PrematureEnd,
    UngroundedOutput,
)

WITH_HISTORY: tuple[type[Detector], ...] = (*DETECTORS, LatencyRegression)
"""Those too that compare with earlier runs."""

__all__ = ["DETECTORS", "WITH_HISTORY", "Detector", "Topic", "Watches"]
