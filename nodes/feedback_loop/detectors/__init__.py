"""Detectors: deterministic, blind, one file each. `DETECTORS` lists them; nothing registers itself."""

from __future__ import annotations

from nodes.feedback_loop.detectors.cold_start import ColdStart
from nodes.feedback_loop.detectors.invalid_output import InvalidOutput
from nodes.feedback_loop.detectors.no_progress import NoProgress
from nodes.feedback_loop.detectors.output_truncated import OutputTruncated
from nodes.feedback_loop.detectors.protocol import Detector, Make
from nodes.feedback_loop.detectors.redundant_call import RedundantCall
from nodes.feedback_loop.detectors.slow_outlier import SlowOutlier
from nodes.feedback_loop.detectors.timeout import Timeout
from nodes.feedback_loop.detectors.tool_error import ToolError
from nodes.feedback_loop.detectors.validation_failed import ValidationFailed

DETECTORS: tuple[Make, ...] = (
    ToolError,
    Timeout,
    OutputTruncated,
    InvalidOutput,
    ValidationFailed,
    RedundantCall,
    ColdStart,
    SlowOutlier,
    NoProgress,
)

__all__ = ["DETECTORS", "Detector", "Make"]
