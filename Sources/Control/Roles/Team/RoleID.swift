// The names of the seven shipped roles; control plane.

/// A role's id is data: a desk's own role has a name of its own beside these.
public enum RoleID {
  public static let macroTrader = "macro_trader"
  public static let newsCollector = "news_collector"
  public static let dataAnalyst = "data_analyst"
  public static let technicalAnalyst = "technical_analyst"
  public static let orderFlowAnalyst = "order_flow_analyst"
  public static let decisionMaker = "decision_maker"
  public static let riskController = "risk_controller"

  /// In the order in which pages list them.
  public static let shipped = [
    macroTrader, newsCollector, dataAnalyst, technicalAnalyst, orderFlowAnalyst, decisionMaker,
    riskController,
  ]
}
